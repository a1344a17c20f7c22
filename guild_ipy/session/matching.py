"""The runs that pass a filter and its expression, the best of them, and why a run is not among them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.domain.values.flags import format_flag
from guild_ipy.errors import RunNotFound, UsageError

if TYPE_CHECKING:
    from guild_ipy.index.index import Index
    from guild_ipy.query.expression import Dropped
    from guild_ipy.session.run_handle import Run
    from guild_ipy.session.session import Session

_Found = TypeVar("_Found")


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a run is selected or not."""

    run: Run
    dropped: Dropped | None
    """The clause that it does not pass, and what it has there; None for a run that is selected."""

    def __str__(self) -> str:
        if self.dropped is None:
            return f"{self.run.short_id}  selected"
        found = ""
        if self.dropped.is_missing:
            found = ": it has none"
        elif self.dropped.found is not None:
            found = f": it has {format_flag(self.dropped.found)}"
        return f"{self.run.short_id}  dropped by {self.dropped.clause}{found}"


def select(session: Session, run_filter: RunFilter = EVERY, best: Best | None = None) -> list[Run]:
    """Return the runs that pass a filter, newest first, or with `best` only the best one.

    Parameters
    ----------
    session
        Which home.
    run_filter
        Its ``where`` is the expression; with `best` its ``limit`` is how many are wanted, best first.
    best
        What the best run is the best in; of equal ones the newest counts.

    Raises
    ------
    SelectError
        If the expression or the name cannot be understood.
    RunNotFound
        If there is no best run.
    """
    from guild_ipy.session.run_handle import Run  # start-up cost: a shell wants nothing but ids

    if best is None:
        records = session.index.records(run_filter)
    else:
        records = _some(session.index.best(_limited(run_filter), best), run_filter, best, session.index)
    return [Run(record.dir, record, session=session) for record in records]


def select_ids(index: Index, run_filter: RunFilter = EVERY, best: Best | None = None) -> list[str]:
    """Return the ids of these runs; see :func:`select`."""
    if best is None:
        return index.ids(run_filter)
    return _some(index.ids(_limited(run_filter), best), run_filter, best, index)


def explain(session: Session, run_filter: RunFilter) -> list[Explanation]:
    """Say for each run that passes the rest of the filter whether the expression lets it pass, and if not, why."""
    from guild_ipy.session.run_handle import Run  # start-up cost, as above

    if run_filter.where is None:
        raise UsageError("select: there is nothing to explain without an expression")
    return [
        Explanation(run=Run(record.dir, record, session=session), dropped=dropped)
        for record, dropped in session.index.explain(run_filter)
    ]


def _limited(run_filter: RunFilter) -> RunFilter:
    return replace(run_filter, limit=1) if run_filter.limit is None else run_filter


def _some(found: list[_Found], run_filter: RunFilter, best: Best, index: Index) -> list[_Found]:
    if not found:
        from guild_ipy.session.unmatched import describe_unmatched  # start-up cost: for those who find nothing

        hint = describe_unmatched(index, run_filter)
        what = f"no run{' that passes' if run_filter != EVERY else ''} has a number there"
        raise RunNotFound(best.name, f"{what}; {hint}" if hint else what)
    return found
