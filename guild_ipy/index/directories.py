"""The table of runs without an index: read from their directories."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain.flags import FlagValue
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.index.columns import make_segment
from guild_ipy.index.entry import listed_time, read_entry, run_values
from guild_ipy.index.summary_columns import SUMMARY_FIELDS
from guild_ipy.index.table import SEGMENT_RUNS, Column, Field, Recover, Table, Wanted
from guild_ipy.store.home import Home
from guild_ipy.store.run import RunRecord, read_settled_run
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.runs import list_runs
from guild_ipy.store.scalars import summarize


def list_matching(home: Home, run_filter: RunFilter, recover: Recover) -> list[RunRecord]:
    """List the runs that pass a filter, newest first."""
    if run_filter.where is None:
        return list_runs(home, run_filter)
    from guild_ipy.index import unindexed  # start-up cost: for those who select without an index

    return unindexed.list_matching(home, run_filter, recover)


def read_table(home: Home, wanted: Wanted, run_filter: RunFilter, recover: Recover) -> Table:
    """Give columns of the runs that pass a filter, newest first."""
    return _make_table([_read(record, recover) for record in list_matching(home, run_filter, recover)], wanted)


def read_table_of(run_dirs: Sequence[RunDir], wanted: Wanted, recover: Recover) -> Table:
    """Give columns of certain runs, in their order."""
    return _make_table([_read(read_settled_run(run_dir), recover) for run_dir in run_dirs], wanted)


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

    def value(self, field: Field) -> Any:  # noqa: ANN401 - of any column
        value = self.values(field.kind).get(field.name)
        return getattr(value, SUMMARY_FIELDS[field.part]) if isinstance(value, ScalarSummary) else value


def _read(record: RunRecord, recover: Recover) -> _Run:
    recover(record.dir)
    core = {"id": record.dir.id, "beginning": record.dir.short_id, "time": listed_time(record), **run_values(record)}
    attrs = read_entry(record.dir).attrs
    return _Run(core=core, flags=record.flags, attrs=attrs, scalars=summarize(record.dir))


def _make_column(values: list[Any]) -> Column:
    starts = range(0, len(values), SEGMENT_RUNS)
    return Column(segments=tuple(make_segment(values[start : start + SEGMENT_RUNS]) for start in starts))
