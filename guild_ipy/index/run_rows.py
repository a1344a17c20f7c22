"""A run as plain values, ready for the tables but for the numbers that stand for names there.

What :mod:`guild_ipy.index.reading` sends from one process to another is this; a run that the tables know already is
compared with them as it was read, :class:`guild_ipy.index.read_run.ReadRun`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from guild_ipy.domain.opref import OpRef
from guild_ipy.index.entry import Entry, encode_operation, encode_record, run_row
from guild_ipy.index.read_run import ReadRun
from guild_ipy.index.scalar_rows import ScalarRows, source_row
from guild_ipy.index.values import encode_json, integer_to_sql, text_to_sql, to_sql
from guild_ipy.store.run import RunRecord


class ValueRows(NamedTuple):
    """Flags or attributes of a run."""

    names: tuple[str, ...]
    values: tuple[tuple[Any, Any], ...]
    """Of each name, `v` and `t`: :mod:`guild_ipy.index.values`."""


class RunRows(NamedTuple):
    """A run; every value is one that ``marshal`` and SQLite take."""

    id: str
    words: str
    """The operation, as JSON."""
    operation: str | bytes | None
    """The name that it is listed by."""
    time: int
    row: tuple[Any, ...]
    """Status, times and the like: :func:`guild_ipy.index.entry.run_row`."""
    record: str
    """As JSON; likewise the next."""
    attrs: str
    flag_rows: tuple[Any, ...]
    attr_rows: tuple[Any, ...]
    """Both :class:`ValueRows`, if need be as plain tuples."""
    scalars: ScalarRows
    sources: tuple[tuple[Any, ...], ...]
    """Rows of event files, without the number of the run."""
    inode: int
    watched: str | bytes | None
    stamp: bytes
    care: int


def make_rows(read: ReadRun) -> RunRows:
    """Give a run as it is put where nothing is known of it."""
    entry = read.entry
    record = entry.record
    words, operation = describe(record)
    return RunRows(
        id=record.dir.id,
        words=words,
        operation=operation,
        time=entry.time,
        row=sql_row(entry),
        record=encode_record(record),
        attrs=encode_attrs(entry),
        flag_rows=tuple(value_rows(record.flags)),
        attr_rows=tuple(value_rows(entry.attrs)),
        scalars=read.scalars or {},
        sources=tuple([source_row(each) for each in read.sources]),
        inode=read.inode,
        watched=text_to_sql("\0".join(entry.watched)),
        stamp=entry.stamp.digest,
        care=int(entry.care),
    )


def value_rows(values: Mapping[str, Any]) -> ValueRows:
    """Give flags or attributes as rows."""
    return ValueRows(names=tuple(values), values=tuple([to_sql(value) for value in values.values()]))


def sql_row(entry: Entry) -> tuple[Any, ...]:
    """Give what a run is selected by, as SQLite takes it."""
    return tuple([_to_sql(value) for value in run_row(entry.record)])


def encode_attrs(entry: Entry) -> str:
    """Write the kept attributes as JSON."""
    return encode_json(dict(entry.attrs)) if entry.attrs else "{}"


def describe(record: RunRecord) -> tuple[str, str | bytes | None]:
    """Give the operation of a run as JSON, and the name that it is listed by, as SQLite takes it."""
    return _describe(record.opref, record.operation)


@lru_cache(maxsize=1024)
def _describe(opref: OpRef | None, operation: str | None) -> tuple[str, str | bytes | None]:
    return encode_operation(opref, operation), text_to_sql(operation)


def _to_sql(value: Any) -> Any:  # noqa: ANN401 - text, a number, a boolean or None
    if isinstance(value, str):
        return text_to_sql(value)
    return integer_to_sql(value) if type(value) is int else value
