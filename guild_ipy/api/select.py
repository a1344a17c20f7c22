"""``select``: the runs that an expression lets pass, the best of them, or why a run is not among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from guild_ipy.api.current_index import recover_run
from guild_ipy.domain.best import Best
from guild_ipy.domain.flags import format_flag
from guild_ipy.domain.run_filter import EVERY, RunFilter
from guild_ipy.errors import RunNotFound, UsageError
from guild_ipy.frozen import frozen, replace
from guild_ipy.settings import Settings, current_dir
from guild_ipy.store.home import find_home

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from guild_ipy.api.context import Context
    from guild_ipy.api.handle import Run
    from guild_ipy.domain.scalars import ScalarSummary
    from guild_ipy.index.index import Index
    from guild_ipy.index.reading import HelperProcess
    from guild_ipy.query.select import Dropped
    from guild_ipy.store.run import RunRecord

_Found = TypeVar("_Found")


@frozen
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


def select(context: Context, run_filter: RunFilter = EVERY, best: Best | None = None) -> list[Run]:
    """Give the runs that pass a filter, newest first, or with `best` only the best one.

    Parameters
    ----------
    context
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
    from guild_ipy.api.handle import Run  # start-up cost: a shell wants nothing but ids

    if best is None:
        records = context.index.records(run_filter)
    else:
        records = _some(context.index.best(_limited(run_filter), best), run_filter, best, context.index)
    return [Run(record.dir, record) for record in records]


def select_ids(index: Index, run_filter: RunFilter = EVERY, best: Best | None = None) -> list[str]:
    """Give the ids of these runs; see :func:`select`."""
    if best is None:
        return index.ids(run_filter)
    return _some(index.ids(_limited(run_filter), best), run_filter, best, index)


def open_index() -> Index:
    """Open the index of Guild home without a session, and without what a session needs to run anything."""
    from guild_ipy.index.index import Index  # start-up cost

    settings = Settings.from_environment()
    return Index(find_home(settings, current_dir()), settings, recover=recover_run, hire=_hire)


def explain(context: Context, run_filter: RunFilter) -> list[Explanation]:
    """Say for each run that passes the rest of the filter whether the expression lets it pass, and if not, why."""
    from guild_ipy.api.selection import list_matching  # start-up cost, as the others: for those who ask
    from guild_ipy.index.subject import RunSubject
    from guild_ipy.query.nodes import Kind
    from guild_ipy.query.plan import Scope
    from guild_ipy.query.select import Select

    if run_filter.where is None:
        raise UsageError("select: there is nothing to explain without an expression")
    selected = Select.parse(run_filter.where, Scope(names=context.index.names()))
    runs = list_matching(context, replace(run_filter, where=None))
    summaries = _read_summaries(context, runs) if selected.needs(Kind.SCALAR) else {}

    def read_scalars(record: RunRecord) -> Mapping[str, ScalarSummary]:
        return summaries[record.dir.id]

    return [Explanation(run=run, dropped=selected.explain(RunSubject(run.record, read_scalars))) for run in runs]


def _limited(run_filter: RunFilter) -> RunFilter:
    return replace(run_filter, limit=1) if run_filter.limit is None else run_filter


def _some(found: list[_Found], run_filter: RunFilter, best: Best, index: Index) -> list[_Found]:
    if not found:
        from guild_ipy.api.unmatched import describe_unmatched  # start-up cost: for those who find nothing

        hint = describe_unmatched(index, run_filter)
        what = f"no run{' that passes' if run_filter != EVERY else ''} has a number there"
        raise RunNotFound(best.name, f"{what}; {hint}" if hint else what)
    return found


def _hire(runs: str, count: int) -> Sequence[HelperProcess]:
    from guild_ipy.engine.helpers import hire_helpers  # start-up cost: where there is much to read

    return hire_helpers(runs, count)


def _read_summaries(context: Context, runs: Sequence[Run]) -> dict[str, Mapping[str, ScalarSummary]]:
    found = context.index.summaries([run.dir for run in runs])
    return {run.id: each for run, each in zip(runs, found, strict=True)}
