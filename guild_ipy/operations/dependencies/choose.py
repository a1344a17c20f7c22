"""Which of the runs that a source can use is used: the one that is named, else the marked one, else the latest."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.operations.dependencies.run_query import RunQuery, quote
from guild_ipy.store.run import RunRecord
from guild_ipy.store.run_dir import is_run_id

if TYPE_CHECKING:
    from guild_ipy.index.index import Index

_INDEX = re.compile(r"[1-9][0-9]{0,3}")
_HEX = re.compile(r"[0-9a-f]{4,32}")
_SHOWN = 10


class NoRun(Exception):
    """There is no run to use; the message says why."""


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
        Marked runs of the operation that cannot be used.
    """

    records: tuple[RunRecord, ...]
    reason: str
    passed_over: tuple[RunRecord, ...] = ()


def choose_run(index: Index, query: RunQuery) -> Choice:
    """Choose the newest marked run, else the newest; NoRun where there is none."""
    marked = index.records(RunFilter(where=f"{query.any_status} and marked"))
    usable = [record for record in marked if _is_eligible(record, query)]
    passed_over = tuple(record for record in marked if not _is_eligible(record, query))
    if usable:
        return Choice(records=(usable[0],), reason="marked", passed_over=passed_over)
    latest = index.records(RunFilter(where=query.expression, limit=1))
    if not latest:
        raise NoRun(f"no suitable run for {query.wanted}{_describe_others(passed_over)}")
    return Choice(records=(latest[0],), reason="latest", passed_over=passed_over)


def choose_set(index: Index, query: RunQuery) -> Choice:
    """Choose all, newest first; NoRun where there is none."""
    records = tuple(index.records(RunFilter(where=query.expression)))
    if not records:
        raise NoRun(f"no suitable run for {query.wanted}")
    return Choice(records=records, reason=query.chosen or query.wanted)


def choose_preferred(index: Index, query: RunQuery, ids: Sequence[str], *, several: bool) -> Choice | None:
    """Choose among some runs, the newest or all; None where none of them can be used."""
    if not ids:
        return None
    listed = ", ".join(map(quote, ids))
    records = index.records(RunFilter(where=f"{query.expression} and id in [{listed}]", limit=None if several else 1))
    return Choice(records=tuple(records), reason="pipeline") if records else None


def choose_named(index: Index, query: RunQuery, refs: Sequence[str], *, force: bool = False) -> Choice:
    """Take the runs that are named, each once; NoRun for one that is not there or cannot be used.

    It must be of the operation, in a status that is used; that the declaration selects some of these does not matter.
    With `force` any run can be used.
    """
    found = [_find(index, query, ref) for ref in refs]
    if not force:
        promised = replace(query, chosen=None) if query.operation else query
        for record in found:
            _check(index, promised, record)
    return Choice(records=tuple({record.dir.id: record for record in found}.values()), reason="explicit")


def list_candidates(index: Index, query: RunQuery) -> list[RunRecord]:
    """Give the newest runs that the query is about, whatever their status."""
    return index.records(RunFilter(where=query.any_status, limit=_SHOWN))


def is_usable(record: RunRecord, query: RunQuery) -> bool:
    """Whether a run that the query is about can be used."""
    return _is_eligible(record, query)


def _is_eligible(record: RunRecord, query: RunQuery) -> bool:
    return not query.eligible or record.status in query.eligible


def _describe_others(records: Sequence[RunRecord]) -> str:
    if not records:
        return ""
    return f"; the marked run {records[0].dir.short_id} is {records[0].status}"


# -- by name


def _find(index: Index, query: RunQuery, ref: str) -> RunRecord:
    """Find a run by its path, its index among the candidates, its id or the beginning of it, or its label."""
    if os.sep in ref:
        return _find_by_path(index, ref)
    if _INDEX.fullmatch(ref):
        return _find_by_index(index, query, int(ref))
    if _HEX.fullmatch(ref):
        records = index.records(RunFilter(where=f"id matches {quote('^' + ref)}", limit=2))
        if len(records) > 1:
            raise NoRun(f"{ref!r} is the beginning of several ids; write more of it")
        if records:
            return records[0]
    records = index.records(RunFilter(where=f"{query.any_status} and label = {quote(ref)}", limit=1))
    if not records:
        raise NoRun(f"no run has the id or, of {query.wanted}, the label {ref!r}")
    return records[0]


def _find_by_path(index: Index, path: str) -> RunRecord:
    folder = os.path.realpath(path)
    if is_run_id(os.path.basename(folder)) and os.path.dirname(folder) == os.path.realpath(index.home.runs):
        records = index.records(RunFilter(where=f"id = {quote(os.path.basename(folder))}", limit=1))
        if records:
            return records[0]
    raise NoRun(f"{path!r} is no run of {index.home.path!r}")


def _find_by_index(index: Index, query: RunQuery, number: int) -> RunRecord:
    records = index.records(RunFilter(where=query.expression, limit=number))
    if len(records) < number:
        raise NoRun(f"there are {len(records)} suitable runs for {query.wanted}, not {number}")
    return records[number - 1]


def _check(index: Index, query: RunQuery, record: RunRecord) -> None:
    mine = f"id = {quote(record.dir.id)} and "
    if index.ids(RunFilter(where=mine + query.expression, limit=1)):
        return
    what = f"run {record.dir.short_id} ({record.operation})"
    if query.any_status and not index.ids(RunFilter(where=mine + query.any_status, limit=1)):
        raise NoRun(f"{what} is no run of {query.wanted}; --force-deps uses it all the same")
    wanted = ", ".join(map(str, query.eligible))
    raise NoRun(f"{what} is {record.status}, not {wanted}; --force-deps uses it all the same")
