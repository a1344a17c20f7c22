"""What the directories of runs say, read one by one: the truth that every index is compared with."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from guild_ipy.domain.attributes import KEPT
from guild_ipy.domain.choosing.operation_name import is_operation_named
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.choosing.time_range import TimeRange
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.domain.values.scalars import ScalarSummary
from guild_ipy.errors import DamagedRun
from guild_ipy.index.queries.column_table import SEGMENT_RUNS, Field, Table, TableColumn, Wanted
from guild_ipy.index.queries.segments import make_segment
from guild_ipy.index.rows.entry import read_entry, run_row
from guild_ipy.index.schema import SUMMARY_FIELDS
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.files.attr_types import parse_time
from guild_ipy.store.files.attrs import read_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import list_run_dirs
from guild_ipy.store.run_record import RunRecord, read_run

#: As a label or comment to look for: none at all (as in ``guild runs -Fl -``).
NOTHING = "-"
_ROW = tuple(each.name for each in KEPT)


def list_runs(home: Home, run_filter: RunFilter) -> list[RunRecord]:
    """List the runs that pass a filter without an expression, newest first."""
    newest_first = sorted(
        list_run_dirs(home, deleted=run_filter.deleted), key=lambda run_dir: (-read_time(run_dir), run_dir.id)
    )
    return list(islice(_read_matching(newest_first, run_filter), run_filter.limit))


def read_time(run_dir: RunDir) -> int:
    """Read what listings are sorted by: when the run started, else when it was made, else 0."""
    for name in ("started", "initialized"):
        try:
            value = read_attr(run_dir, name)
            if value is not None:
                return parse_time(value)
        except (DamagedRun, TypeError, ValueError):
            continue
    return 0


def matches(record: RunRecord, run_filter: RunFilter) -> bool:
    """Whether `record` passes every test of `run_filter`; `deleted` and `limit` are no tests."""
    label = (record.label or "").strip()
    return (
        (not run_filter.statuses or record.status in run_filter.statuses)
        and (run_filter.marked is None or record.marked is run_filter.marked)
        and (not run_filter.unlabeled or not label)
        and (not run_filter.operations or _is_of(record, run_filter.operations))
        and (not run_filter.labels or any(_holds(label, part) for part in run_filter.labels))
        and (not run_filter.tags or not set(run_filter.tags).isdisjoint(record.tags))
        and (not run_filter.comments or _is_commented(record, run_filter.comments))
        and (not run_filter.digest or (record.sourcecode_digest or "").startswith(run_filter.digest))
        and (run_filter.started is None or _began_within(record, run_filter.started))
    )


def _is_of(record: RunRecord, names: tuple[str, ...]) -> bool:
    return record.operation is not None and is_operation_named(record.operation, names)


def _holds(text: str, part: str) -> bool:
    return not text if part == NOTHING else part in text


def _is_commented(record: RunRecord, parts: tuple[str, ...]) -> bool:
    text = "\n".join(f"{c.user}\n{c.host}\n{c.body}" for c in record.comments).lower()
    return any(_holds(text, part.lower()) for part in parts)


def _began_within(record: RunRecord, span: TimeRange) -> bool:
    began = record.initialized if record.started is None else record.started
    return began is not None and span.contains(datetime.fromtimestamp(began / 1_000_000, tz=UTC))


def _read_matching(run_dirs: list[RunDir], run_filter: RunFilter) -> Iterator[RunRecord]:
    for run_dir in run_dirs:
        record = read_run(run_dir)
        was_deleted = record.damage is not None and not os.path.exists(run_dir.path)
        if matches(record, run_filter) and not was_deleted:
            yield record


def read_table(home: Home, wanted: Wanted, run_filter: RunFilter) -> Table:
    """Read columns of the runs that pass a filter, newest first."""
    return _make_table([_read(record) for record in list_runs(home, run_filter)], wanted)


def _make_table(runs: Sequence[_Run], wanted: Wanted) -> Table:
    def names(kind: str) -> list[str]:
        return sorted({name for run in runs for name in run.values(kind)})

    fields = tuple(wanted(names) if callable(wanted) else wanted)
    columns = {field: _make_column([run.value(field) for run in runs]) for field in fields}
    return Table(gen=0, numbers=array("q", range(len(runs))), columns=columns)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """All that columns can show of a run."""

    core: Mapping[str, Any]
    flags: Mapping[str, FlagValue]
    attrs: Mapping[str, FlagValue]
    scalars: Mapping[str, ScalarSummary]

    def values(self, kind: str) -> Mapping[str, Any]:
        return {"run": self.core, "flag": self.flags, "attr": self.attrs, "scalar": self.scalars}[kind]

    def value(self, field: Field) -> Any:
        value = self.values(field.kind).get(field.name)
        return getattr(value, SUMMARY_FIELDS[field.part]) if isinstance(value, ScalarSummary) else value


def _read(record: RunRecord) -> _Run:
    row = dict(zip(_ROW, run_row(record), strict=True))
    time = (record.initialized or 0) if record.started is None else record.started
    core = {"id": record.dir.id, "beginning": record.dir.short_id, "time": time, "operation": record.operation, **row}
    attrs = read_entry(record.dir).attrs
    return _Run(core=core, flags=record.flags, attrs=attrs, scalars=summarize(record.dir))


def _make_column(values: list[Any]) -> TableColumn:
    starts = range(0, len(values), SEGMENT_RUNS)
    return TableColumn(segments=tuple(make_segment(values[start : start + SEGMENT_RUNS]) for start in starts))
