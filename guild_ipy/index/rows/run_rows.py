"""A run as it was read, and as rows for the tables; there, numbers stand for the names of its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from guild_ipy.domain.opref import OpRef
from guild_ipy.index.rows.entry import IndexEntry, encode_operation, encode_record, run_row
from guild_ipy.index.rows.event_sources import EventSource, source_row
from guild_ipy.index.rows.scalar_rows import ScalarRows
from guild_ipy.index.rows.sql_values import encode_json, integer_to_sql, text_to_sql, to_sql

ValueRows: TypeAlias = "tuple[tuple[str, ...], tuple[tuple[Any, Any], ...]]"
"""Names of flags or attributes, and of each the columns `v` and `t`: :mod:`guild_ipy.index.rows.sql_values`."""


@dataclass(frozen=True, kw_only=True)
class ReadRun:
    """Everything that the index keeps of one run."""

    entry: IndexEntry
    inode: int
    """Of its directory; 0 if that is gone."""
    sources: tuple[EventSource, ...]
    scalars: ScalarRows | None
    """None if no event file has changed."""


class RunRows(NamedTuple):
    """A run; every value is one that SQLite takes."""

    id: str
    words: str
    """The operation, as JSON."""
    operation: str | bytes | None
    """The name that it is listed by."""
    time: int
    row: tuple[Any, ...]
    """Status, times and the like: :func:`guild_ipy.index.rows.entry.run_row`."""
    record: str
    """As JSON; likewise the next."""
    attrs: str
    flag_rows: ValueRows
    attr_rows: ValueRows
    scalars: ScalarRows
    sources: tuple[tuple[Any, ...], ...]
    """Rows of event files, without the number of the run."""
    inode: int
    watched: str | bytes | None
    stamp: bytes
    care: int


def make_rows(read: ReadRun) -> RunRows:
    """Return a run as it is put into the tables."""
    entry = read.entry
    record = entry.record
    words, operation = _describe(record.opref, record.operation)
    return RunRows(
        id=record.dir.id,
        words=words,
        operation=operation,
        time=entry.time,
        row=tuple([_to_sql(value) for value in run_row(record)]),
        record=encode_record(record),
        attrs=encode_json(dict(entry.attrs)) if entry.attrs else "{}",
        flag_rows=_value_rows(record.flags),
        attr_rows=_value_rows(entry.attrs),
        scalars=read.scalars or {},
        sources=tuple([source_row(each) for each in read.sources]),
        inode=read.inode,
        watched=text_to_sql("\0".join(entry.watched)),
        stamp=entry.stamp.digest,
        care=int(entry.care),
    )


def _value_rows(values: Mapping[str, Any]) -> ValueRows:
    return tuple(values), tuple([to_sql(value) for value in values.values()])


@lru_cache(maxsize=1024)
def _describe(opref: OpRef | None, operation: str | None) -> tuple[str, str | bytes | None]:
    return encode_operation(opref, operation), text_to_sql(operation)


def _to_sql(value: Any) -> Any:  # noqa: ANN401 - text, a number, a boolean or None
    if isinstance(value, str):
        return text_to_sql(value)
    return integer_to_sql(value) if type(value) is int else value
