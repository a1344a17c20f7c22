"""Which run a dependency uses when nobody names one: the newest marked one, else the newest.

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
    """Why a run was used; an expression that selected it is no member, and stands in its own words."""

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


def choose_run(newest_first: Iterable[_Run], is_marked: Callable[[_Run], bool]) -> _Run | None:
    """Choose of eligible runs, newest first; None if there is none.

    Examples
    --------
    >>> choose_run(["c", "b", "a"], is_marked="b a".split().__contains__), choose_run("ba", is_marked="".__eq__)
    ('b', 'b')
    """
    newest = None
    for run in newest_first:
        if is_marked(run):
            return run
        newest = run if newest is None else newest
    return newest
