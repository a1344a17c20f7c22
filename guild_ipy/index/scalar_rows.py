"""Scalars and event files as rows of the tables."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, TypeAlias

from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.index.sources import Source, decode_scalars, encode_scalars
from guild_ipy.index.values import text_from_sql, text_to_sql
from guild_ipy.store.scalars import NamedTally

#: Columns of the table, and what they are called in a summary.
SUMMARY_FIELDS = {
    name: {"avg": "average"}.get(name, name)
    for name in "last last_step first first_step min min_step max max_step avg total count".split()
}
_COLUMNS = ", ".join(SUMMARY_FIELDS)
_FIELDS = tuple(SUMMARY_FIELDS.values())
_SELECT = f"select {_COLUMNS} from scalar where n = ? and k = ?"  # noqa: S608 - our own words
_get_numbers = attrgetter(*_FIELDS)

ScalarRow: TypeAlias = "tuple[float | int | None, ...]"
ScalarRows: TypeAlias = "Mapping[tuple[str, str], ScalarRow]"
"""The columns of the scalars of a run by name and prefix."""


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


def source_row(k: int, source: Source) -> tuple[Any, ...]:
    """Give an event file as a row."""
    scalars = None if source.scalars is None else encode_scalars(source.scalars)
    return k, text_to_sql(source.path), " ".join(map(str, source.stamp)), scalars, source.tail


def read_scalar_row(connection: sqlite3.Connection, k: int, n: int, name: str, prefix: str) -> ScalarSummary:
    """Give the summary of one scalar of one run."""
    row = connection.execute(_SELECT, (n, k)).fetchone()
    numbers: dict[str, Any] = {
        field: math.nan if value is None else value for field, value in zip(_FIELDS, row, strict=True)
    }
    return ScalarSummary(tag=name[len(prefix) + 1 :] if prefix else name, prefix=prefix, **numbers)


def summary_rows(summaries: Iterable[ScalarSummary]) -> ScalarRows:
    """Give the numbers of summaries as columns; SQLite knows no NaN, its NULL stands for it."""
    return {(each.name, each.prefix): _row(_get_numbers(each)) for each in summaries}


def tally_rows(tallies: Mapping[str, NamedTally]) -> ScalarRows:
    """Give the same of tallies by name."""
    return {(name, prefix): _row(tally.numbers()) for name, (_, prefix, tally) in tallies.items()}


def _row(numbers: Iterable[float]) -> ScalarRow:
    return tuple([None if number != number else number for number in numbers])  # noqa: PLR0124 - false for NaN alone


def parse_stamp(text: str) -> tuple[int, int, int, int]:
    """Read the stamp of a file; ValueError if it is none."""
    mtime, ctime, size, inode = map(int, text.split())
    return mtime, ctime, size, inode
