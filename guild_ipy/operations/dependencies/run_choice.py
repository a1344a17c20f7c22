"""Chooses among the runs that a source can use, by the rule of :mod:`guild_ipy.domain.choosing.chosen_run`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guild_ipy.domain.choosing.chosen_run import Reason, choose_by_rule
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import NothingToUse
from guild_ipy.operations.dependencies.run_query import RunQuery, quote
from guild_ipy.store.run_record import RunRecord
from guild_ipy.store.state.marks import read_mark_time

if TYPE_CHECKING:
    from guild_ipy.index.index import Index

_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class RunChoice:
    """The runs that are used, and why.

    Attributes
    ----------
    records
        The runs; one, but for a set.
    reason
        A :class:`~guild_ipy.domain.choosing.chosen_run.Reason`, or the expression that selects the runs.
    passed_over
        Marked runs that would have been chosen, but cannot be used.
    """

    records: tuple[RunRecord, ...]
    reason: str
    passed_over: tuple[RunRecord, ...] = ()


def choose_run(index: Index, query: RunQuery) -> RunChoice:
    """Choose a run by the rule of dependencies; NothingToUse if there is none."""
    chosen = choose_by_rule(
        index.records(RunFilter(where=query.any_status, marked=True)),
        lambda: next(iter(index.records(RunFilter(where=query.expression, limit=1))), None),
        marked_at=lambda record: read_mark_time(record.dir),
        is_usable=lambda record: is_usable(record, query),
    )
    if chosen.run is None:
        why = f"no suitable run for {query.wanted}{_describe_passed_over(chosen.passed_over)}"
        raise NothingToUse(why, lacks_run=query.operation is not None)
    return RunChoice(records=(chosen.run,), reason=chosen.reason, passed_over=chosen.passed_over)


def choose_set(index: Index, query: RunQuery) -> RunChoice:
    """Choose all runs that the query is about, newest first; NothingToUse if there is none."""
    records = tuple(index.records(RunFilter(where=query.expression)))
    if not records:
        raise NothingToUse(f"no suitable run for {query.wanted}", lacks_run=query.operation is not None)
    return RunChoice(records=records, reason=query.chosen or query.wanted)


def choose_preferred(index: Index, query: RunQuery, ids: Sequence[str], *, several: bool) -> RunChoice | None:
    """Choose among the runs with these ids, which are of the same pipeline; None if none can be used.

    It is all of them, or the one marked last, else the newest: the best trial of a batch can have been marked.
    """
    if not ids:
        return None
    records = index.records(RunFilter(where=f"{query.expression} and id in [{', '.join(map(quote, ids))}]"))
    if not several:
        marked = [record for record in records if record.marked]
        records = [max(marked, key=lambda record: read_mark_time(record.dir))] if marked else records[:1]
    return RunChoice(records=tuple(records), reason=Reason.PIPELINE) if records else None


def list_candidates(index: Index, query: RunQuery) -> list[RunRecord]:
    """Return the newest runs that the query selects, whatever their status."""
    return index.records(RunFilter(where=query.any_status, limit=_SHOWN))


def is_usable(record: RunRecord, query: RunQuery) -> bool:
    """Whether a run that the query selects has a status in which it can be used."""
    return record.status in query.eligible


def _describe_passed_over(records: Sequence[RunRecord]) -> str:
    if not records:
        return ""
    return f"; the marked run {records[0].dir.short_id} is {records[0].status}"
