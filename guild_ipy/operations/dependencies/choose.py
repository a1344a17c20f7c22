"""Which of the runs that a source can use is used, where none is named: the one marked last, else the latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from guild_ipy.domain.choosing.chosen_run import last_marked_first
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import NothingToUse
from guild_ipy.operations.dependencies.run_query import RunQuery, quote
from guild_ipy.store.run_record import RunRecord
from guild_ipy.store.state.marks import read_mark_time

if TYPE_CHECKING:
    from guild_ipy.index.index import Index

_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The runs that are used, and why.

    Attributes
    ----------
    records
        The runs; one, but for a set.
    reason
        ``explicit``, ``marked``, ``latest``, ``pipeline`` (a run of the same one), or the expression.
    passed_over
        Marked runs that cannot be used, and would come before these.
    """

    records: tuple[RunRecord, ...]
    reason: str
    passed_over: tuple[RunRecord, ...] = ()


def choose_run(index: Index, query: RunQuery) -> Choice:
    """Choose the run that was marked last, else the newest; NothingToUse where there is none."""
    marked, passed_over = _find_marked(index, query)
    if marked is not None:
        return Choice(records=(marked,), reason="marked", passed_over=passed_over)
    latest = index.records(RunFilter(where=query.expression, limit=1))
    if not latest:
        why = f"no suitable run for {query.wanted}{_describe_others(passed_over)}"
        raise NothingToUse(why, lacks_run=query.operation is not None)
    return Choice(records=(latest[0],), reason="latest", passed_over=passed_over)


def choose_set(index: Index, query: RunQuery) -> Choice:
    """Choose all, newest first; NothingToUse where there is none."""
    records = tuple(index.records(RunFilter(where=query.expression)))
    if not records:
        raise NothingToUse(f"no suitable run for {query.wanted}", lacks_run=query.operation is not None)
    return Choice(records=records, reason=query.chosen or query.wanted)


def choose_preferred(index: Index, query: RunQuery, ids: Sequence[str], *, several: bool) -> Choice | None:
    """Choose among some runs, the newest or all; None where none of them can be used."""
    if not ids:
        return None
    listed = ", ".join(map(quote, ids))
    records = index.records(RunFilter(where=f"{query.expression} and id in [{listed}]", limit=None if several else 1))
    return Choice(records=tuple(records), reason="pipeline") if records else None


def list_candidates(index: Index, query: RunQuery) -> list[RunRecord]:
    """Return the newest runs that the query is about, whatever their status."""
    return index.records(RunFilter(where=query.any_status, limit=_SHOWN))


def is_usable(record: RunRecord, query: RunQuery) -> bool:
    """Whether a run that the query is about can be used."""
    return record.status in query.eligible


def _find_marked(index: Index, query: RunQuery) -> tuple[RunRecord | None, tuple[RunRecord, ...]]:
    """Find the run that was marked last of those that can be used, and those before it that cannot."""
    marked = index.records(RunFilter(where=query.any_status, marked=True))
    found = last_marked_first(marked, lambda record: read_mark_time(record.dir))
    passed_over = tuple(takewhile(lambda record: not is_usable(record, query), found))
    return (found[len(passed_over)] if len(passed_over) < len(found) else None), passed_over


def _describe_others(records: Sequence[RunRecord]) -> str:
    if not records:
        return ""
    return f"; the marked run {records[0].dir.short_id} is {records[0].status}"
