"""Scalars as rows of the tables."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from guild_ipy.domain.values.scalars import ScalarSummary
from guild_ipy.index.schema import SUMMARY_FIELDS

if TYPE_CHECKING:
    from guild_ipy.store.events.scalar_summaries import NamedTally

_SELECT = f"select {', '.join(SUMMARY_FIELDS)} from scalar where n = ? and k = ?"  # noqa: S608 - our own words

_get_numbers = attrgetter(*SUMMARY_FIELDS.values())

ScalarRow: TypeAlias = "tuple[float | int | None, ...]"
ScalarRows: TypeAlias = "Mapping[tuple[str, str], ScalarRow]"
"""The columns of the scalars of a run by name and prefix."""


def summary_rows(summaries: Iterable[ScalarSummary]) -> ScalarRows:
    """Return the numbers of summaries as columns; SQLite knows no NaN, its NULL stands for it."""
    return {(each.name, each.prefix): _row(_get_numbers(each)) for each in summaries}


def tally_rows(tallies: Mapping[str, NamedTally]) -> ScalarRows:
    """Return the numbers of tallies, by name, as columns."""
    return {(name, prefix): _row(tally.numbers()) for name, (_, prefix, tally) in tallies.items()}


def read_scalar_row(connection: sqlite3.Connection, k: int, n: int, name: str, prefix: str) -> ScalarSummary:
    """Return the summary of one scalar of one run."""
    row = connection.execute(_SELECT, (n, k)).fetchone()
    numbers: dict[str, Any] = {
        field: math.nan if value is None else value for field, value in zip(SUMMARY_FIELDS.values(), row, strict=True)
    }
    return ScalarSummary(tag=name[len(prefix) + 1 :] if prefix else name, prefix=prefix, **numbers)


def _row(numbers: Iterable[float]) -> ScalarRow:
    return tuple([None if number != number else number for number in numbers])  # noqa: PLR0124 - false for NaN alone
