"""Finds the runs that a user names for a source, by id, index, label or path, and checks them."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from guild_ipy.domain.choosing.chosen_run import Reason
from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.errors import NothingToUse
from guild_ipy.operations.dependencies.run_choice import RunChoice
from guild_ipy.operations.dependencies.run_query import RunQuery, quote
from guild_ipy.store.run_dir import is_run_id
from guild_ipy.store.run_record import RunRecord

if TYPE_CHECKING:
    from guild_ipy.index.index import Index

_INDEX = re.compile(r"[1-9][0-9]{0,3}")
_HEX = re.compile(r"[0-9a-f]{1,32}")
#: The number of ids in one expression, whose length is limited.
_AT_ONCE = 1000


def choose_named(index: Index, query: RunQuery, refs: Sequence[str], *, force: bool = False) -> RunChoice:
    """Return the named runs, each once; NothingToUse for a run that does not exist or cannot be used.

    A run must be of the operation and have a status in which it can be used; an expression in the declaration does not
    matter. With `force` any run can be used.
    """
    names = _Names(index=index, query=query)
    found = list({record.dir.id: record for record in names.find(refs)}.values())
    if not force:
        _check(index, replace(query, chosen=None) if query.operation else query, found)
    return RunChoice(records=tuple(found), reason=Reason.EXPLICIT)


@dataclass(frozen=True, kw_only=True)
class _Names:
    """Finds runs of a home by the names that a user gives for a source."""

    index: Index
    query: RunQuery

    def find(self, refs: Sequence[str]) -> Iterator[RunRecord]:
        id_by_ref = self._match_ids(refs)
        by_id = {record.dir.id: record for record in _by_ids(self.index, list(dict.fromkeys(id_by_ref.values())))}
        for ref in refs:
            record = by_id.get(id_by_ref.get(ref, ""))
            yield self._find(ref) if record is None else record

    def _match_ids(self, refs: Sequence[str]) -> dict[str, str]:
        """Return the ids that names are or begin with; for all names at once, since a query for each is slow."""
        whole = {ref: ref for ref in refs if is_run_id(ref)}
        beginnings = [ref for ref in refs if ref not in whole and looks_like_id(ref) and not _INDEX.fullmatch(ref)]
        ids = sorted(self.index.ids(EVERY)) if len(beginnings) > 1 else []
        places = ((ref, bisect_left(ids, ref)) for ref in beginnings)
        found = {ref: ids[at : at + 2] for ref, at in places}
        return whole | {ref: near[0] for ref, near in found.items() if _is_only(ref, near)}

    def _find(self, ref: str) -> RunRecord:
        if os.sep in ref:
            return self._find_by_path(ref)
        if _INDEX.fullmatch(ref):
            return self._find_by_index(int(ref))
        records = self._begin_with(ref) if looks_like_id(ref) else []
        if len(records) == 1:
            return records[0]
        if labelled := self._labelled(ref):
            return labelled[0]
        if records:
            raise NothingToUse(f"{ref!r} is the beginning of several ids; write more of it")
        raise NothingToUse(f"no run has the id or, of {self.query.wanted}, the label {ref!r}")

    def _begin_with(self, ref: str) -> list[RunRecord]:
        return self.index.records(RunFilter(where=f"id matches {quote('^' + ref)}", limit=2))

    def _labelled(self, ref: str) -> list[RunRecord]:
        """Find the newest run with that label that can be used, else one that cannot, which is then refused by name."""
        clauses = (f"{whose} and label = {quote(ref)}" for whose in (self.query.expression, self.query.any_status))
        found = (self.index.records(RunFilter(where=clause, limit=1)) for clause in clauses)
        return next(filter(None, found), [])

    def _find_by_path(self, path: str) -> RunRecord:
        folder = os.path.realpath(os.path.expanduser(path))
        if os.path.dirname(folder) == os.path.realpath(self.index.home.runs):
            for record in _by_ids(self.index, [os.path.basename(folder)]):
                return record
        raise NothingToUse(f"{path!r} is no run of {self.index.home.path!r}")

    def _find_by_index(self, number: int) -> RunRecord:
        records = self.index.records(RunFilter(where=self.query.expression, limit=number))
        if len(records) < number:
            found = "1 suitable run" if len(records) == 1 else f"{len(records)} suitable runs"
            raise NothingToUse(f"{self.query.wanted} has {found}, not {number}")
        return records[number - 1]


def looks_like_id(ref: str) -> bool:
    """Whether a name has the form of an id, the beginning of one, or an index."""
    return _HEX.fullmatch(ref) is not None


def _is_only(ref: str, near: Sequence[str]) -> bool:
    """Whether the first of some sorted ids begins with `ref`, and the next does not."""
    return [each.startswith(ref) for each in near] in ([True], [True, False])


def _by_ids(index: Index, ids: Sequence[str]) -> Iterator[RunRecord]:
    for some in _batches(ids):
        yield from index.records(RunFilter(where=_is_one_of(some)))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _is_one_of(ids: Sequence[str]) -> str:
    return f"id in [{', '.join(map(quote, ids))}]"


def _check(index: Index, query: RunQuery, records: Sequence[RunRecord]) -> None:
    """Raise NothingToUse for the first run that the query does not select."""
    ids = [record.dir.id for record in records]
    wanted = {id for some in _batches(ids) for id in index.ids(_of(some, query.expression))}  # noqa: A001 - the word of the field
    for record in records:
        if record.dir.id not in wanted:
            raise NothingToUse(f"{_describe_misfit(index, query, record)}; --force-deps uses it all the same")


def _describe_misfit(index: Index, query: RunQuery, record: RunRecord) -> str:
    what = f"run {record.dir.short_id} ({record.operation})"
    if not index.ids(_of([record.dir.id], query.any_status)):
        return f"{what} is no run of {query.wanted}"
    *others, last = map(str, query.eligible)
    return f"{what} is {record.status}, not {', '.join(others)} or {last}"


def _of(ids: Sequence[str], expression: str) -> RunFilter:
    return RunFilter(where=f"{_is_one_of(ids)} and {expression}")
