"""The rule by which a dependency chooses a run where none is named: the run marked last, else the latest.

This is the only place of the rule. :mod:`guild_ipy.operations.dependencies.run_choice` applies it before a run starts.
:mod:`guild_ipy.session.stale` applies it again to find runs for which it would choose another run now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import Generic, TypeVar

from guild_ipy.domain.status import RunStatus

#: The statuses of runs that a dependency can use, unless an expression asks for others; in alphabetical order.
ELIGIBLE = (RunStatus.COMPLETED, RunStatus.RUNNING, RunStatus.TERMINATED)

_Run = TypeVar("_Run")


class Reason(StrEnum):
    """Why a run is used. Of a run that an expression selects, the expression itself takes the place of a reason."""

    EXPLICIT = "explicit"
    """The user named it."""
    MARKED = "marked"
    LATEST = "latest"
    PIPELINE = "pipeline"
    """It is a run of the same pipeline."""
    AUTOMATIC = "automatic"
    """The user did not name it; whether it was marked is not known (Guild AI does not record it)."""
    STEP = "step"
    """It is a step of a pipeline."""
    AWAITED = "awaited"
    """It had not ended when this run was staged, which waits for it; its files are not taken yet."""


#: The reasons of runs that the rule has chosen.
CHOSEN_BY_RULE = frozenset({Reason.MARKED, Reason.LATEST, Reason.AUTOMATIC})


@dataclass(frozen=True, kw_only=True)
class ChosenRun(Generic[_Run]):
    """The run that the rule chooses, and why."""

    run: _Run | None
    """None if there is no run to choose."""
    reason: Reason
    passed_over: tuple[_Run, ...] = ()
    """Marked runs that would have been chosen, but cannot be used."""


def choose_by_rule(
    marked: Iterable[_Run],
    find_latest: Callable[[], _Run | None],
    *,
    marked_at: Callable[[_Run], int],
    is_usable: Callable[[_Run], bool] = lambda _: True,
) -> ChosenRun[_Run]:
    """Choose a run by the rule.

    Parameters
    ----------
    marked
        The marked runs, newest first. Of runs that were marked at the same moment the newest is chosen.
    find_latest
        Finds the newest run that can be used; called only if no marked run can be used.
    marked_at
        Tells when a run was marked; called only if several runs are marked.
    is_usable
        Tells whether a marked run can be used.

    Examples
    --------
    >>> choose_by_rule("cba", lambda: "d", marked_at={"a": 1, "b": 2, "c": 1}.__getitem__).run
    'b'
    >>> choose_by_rule("", lambda: "d", marked_at={}.__getitem__).run
    'd'
    """
    runs = list(marked)
    if len(runs) > 1:
        runs.sort(key=marked_at, reverse=True)
    passed_over = tuple(takewhile(lambda run: not is_usable(run), runs))
    if len(passed_over) < len(runs):
        return ChosenRun(run=runs[len(passed_over)], reason=Reason.MARKED, passed_over=passed_over)
    return ChosenRun(run=find_latest(), reason=Reason.LATEST, passed_over=passed_over)
