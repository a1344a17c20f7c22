"""Scalars and event files as rows of the tables."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable
from typing import Any

from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.index.names import Names
from guild_ipy.index.sources import Source, decode_scalars, encode_scalars, is_worth_keeping
from guild_ipy.index.values import text_from_sql, text_to_sql

#: Columns of the table, and what they are called in a summary.
SUMMARY_FIELDS = {
    name: {"avg": "average"}.get(name, name)
    for name in "last last_step first first_step min min_step max max_step avg total count".split()
}
_COLUMNS = ", ".join(SUMMARY_FIELDS)
_FIELDS = tuple(SUMMARY_FIELDS.values())
_SELECT = f"select {_COLUMNS} from scalar where n = ? and k = ?"  # noqa: S608 - our own words
_INSERT = f"insert or replace into scalar(n, k, {_COLUMNS}) values (?, ?{', ?' * len(SUMMARY_FIELDS)})"  # noqa: S608 - as above


def read_source_rows(connection: sqlite3.Connection, k: int) -> list[Source]:
    """Give the event files of a run as they are known."""
    sql = "select path, stamp, scalars, tail from source where k = ?"
    return [
        Source(
            path=text_from_sql(path),
            stamp=parse_stamp(stamp),
            scalars=None if scalars is None else decode_scalars(scalars),
            tail=tail,
        )
        for path, stamp, scalars, tail in connection.execute(sql, (k,))
    ]


def write_source_rows(connection: sqlite3.Connection, k: int, sources: Iterable[Source], *, is_settled: bool) -> None:
    """Keep how far the event files of a run were read, in place of what was known of them."""
    connection.execute("delete from source where k = ?", (k,))
    rows = [(k, text_to_sql(each.path), *_source_values(each, is_settled=is_settled)) for each in sources]
    connection.executemany("insert into source(k, path, stamp, scalars, tail) values (?, ?, ?, ?, ?)", rows)


def read_scalar_row(connection: sqlite3.Connection, k: int, n: int, name: str, prefix: str) -> ScalarSummary:
    """Give the summary of one scalar of one run."""
    row = connection.execute(_SELECT, (n, k)).fetchone()
    numbers: dict[str, Any] = {
        field: math.nan if value is None else value for field, value in zip(_FIELDS, row, strict=True)
    }
    return ScalarSummary(tag=name[len(prefix) + 1 :] if prefix else name, prefix=prefix, **numbers)


def write_scalar_rows(connection: sqlite3.Connection, names: Names, k: int, summaries: Iterable[ScalarSummary]) -> None:
    """Keep the summaries of the scalars of a run, in place of older ones; the run has a record."""
    (before,) = connection.execute("select scalars from record where k = ?", (k,)).fetchone()
    rows = [(names.number("scalar", each.name, each.prefix), k, *_numbers(each)) for each in summaries]
    kept = [row[0] for row in rows]
    gone = [(n, k) for n in json.loads(before) if n not in kept]
    connection.executemany("delete from scalar where n = ? and k = ?", gone)
    connection.executemany(_INSERT, rows)
    connection.execute("update record set scalars = ? where k = ?", (json.dumps(kept), k))


def parse_stamp(text: str) -> tuple[int, int, int, int]:
    """Read the stamp of a file; ValueError if it is none."""
    mtime, ctime, size, inode = map(int, text.split())
    return mtime, ctime, size, inode


def _source_values(source: Source, *, is_settled: bool) -> tuple[Any, ...]:
    stamp = " ".join(map(str, source.stamp))
    if source.scalars is None or not is_worth_keeping(source, is_settled=is_settled):
        return stamp, None, b""
    return stamp, encode_scalars(source.scalars), source.tail


def _numbers(summary: ScalarSummary) -> tuple[float | int | None, ...]:
    """Give the numbers of a summary, in the order of the table; SQLite knows no NaN, its NULL stands for it."""
    numbers = [getattr(summary, name) for name in SUMMARY_FIELDS.values()]
    return tuple(None if number != number else number for number in numbers)  # noqa: PLR0124 - false for NaN alone
