"""Which run a dependency uses when nobody names one: the one that was marked last, else the newest.

The one place of this rule. It says which run is used now, and so also which runs were made with another (stale ones).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TypeVar

from guild_ipy.domain.status import RunStatus

#: What a run must be to have something to use.
ELIGIBLE = frozenset({RunStatus.COMPLETED, RunStatus.RUNNING, RunStatus.TERMINATED})

_Run = TypeVar("_Run")


class Reason(Enum):
    """Why a run was used; an expression that selected it is not a member, and stands in its own words."""

    EXPLICIT = "explicit"
    """Somebody named it."""
    MARKED = "marked"
    LATEST = "latest"
    AUTOMATIC = "automatic"
    """Nobody named it; whether it was marked is not known (Guild AI does not note it)."""
    STEP = "step"
    """It is a step of a pipeline."""

    def __str__(self) -> str:
        return self.value


#: Those that the rule of this module has chosen.
CHOSEN_BY_RULE = frozenset({Reason.MARKED.value, Reason.LATEST.value, Reason.AUTOMATIC.value})


def last_marked_first(marked: Iterable[_Run], marked_at: Callable[[_Run], int]) -> list[_Run]:
    """Return marked runs, newest first, in the order in which a dependency considers them.

    The run that was marked last comes first; of those that were marked at once, the newest. When they were marked is
    only asked of several.

    Examples
    --------
    >>> last_marked_first("cba", marked_at={"c": 1, "b": 2, "a": 1}.__getitem__)
    ['b', 'c', 'a']
    """
    runs = list(marked)
    return sorted(runs, key=marked_at, reverse=True) if len(runs) > 1 else runs


def choose_run(
    newest_first: Iterable[_Run], is_marked: Callable[[_Run], bool], marked_at: Callable[[_Run], int]
) -> _Run | None:
    """Choose of eligible runs, newest first; None if there is none.

    Examples
    --------
    >>> choose_run("cba", is_marked="ba".__contains__, marked_at={"b": 1, "a": 2}.__getitem__)
    'a'
    >>> choose_run("cba", is_marked="".__contains__, marked_at={}.__getitem__)
    'c'
    """
    runs = list(newest_first)
    candidates = last_marked_first(filter(is_marked, runs), marked_at) or runs
    return candidates[0] if candidates else None
