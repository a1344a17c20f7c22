"""The columns of the table of scalars."""

from __future__ import annotations

import math
import sqlite3
from typing import Any

from guild_ipy.domain.scalars import ScalarSummary

#: Columns of the table, and what they are called in a summary.
SUMMARY_FIELDS = {
    name: {"avg": "average"}.get(name, name)
    for name in "last last_step first first_step min min_step max max_step avg total count".split()
}
_COLUMNS = ", ".join(SUMMARY_FIELDS)
_FIELDS = tuple(SUMMARY_FIELDS.values())
_SELECT = f"select {_COLUMNS} from scalar where n = ? and k = ?"  # noqa: S608 - our own words


def read_scalar_row(connection: sqlite3.Connection, k: int, n: int, name: str, prefix: str) -> ScalarSummary:
    """Give the summary of one scalar of one run."""
    row = connection.execute(_SELECT, (n, k)).fetchone()
    numbers: dict[str, Any] = {
        field: math.nan if value is None else value for field, value in zip(_FIELDS, row, strict=True)
    }
    return ScalarSummary(tag=name[len(prefix) + 1 :] if prefix else name, prefix=prefix, **numbers)
