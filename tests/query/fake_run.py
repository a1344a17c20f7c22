"""Runs for the select language, without directories, and a database of such runs."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from guild_ipy.index.queries.expression_sql import prepare_connection
from guild_ipy.index.rows.sql_values import encode_json, text_to_sql, to_sql
from guild_ipy.index.schema import make_tables

SUMMARIES = "last last_step first first_step min min_step max max_step avg total count".split()


@dataclass(frozen=True, kw_only=True)
class FakeRun:
    """A run as a few values; scalars are summaries by name."""

    core: Mapping[str, Any] = field(default_factory=dict)
    attrs: Mapping[str, Any] = field(default_factory=dict)
    flags: Mapping[str, Any] = field(default_factory=dict)
    scalars: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def get(self, kind: str, name: str, summary: str | None) -> Any:
        if kind == "scalar":
            return self.scalars.get(name, {}).get(str(summary))
        return self.flags.get(name) if kind == "flag" else self.core.get(name, self.attrs.get(name))


def open_database() -> sqlite3.Connection:
    """Make an empty database that can answer expressions."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(make_tables())
    prepare_connection(connection)
    return connection


def insert(connection: sqlite3.Connection, k: int, run: FakeRun) -> None:
    raw = {
        "id": f"{k:032x}",
        "status": "completed",
        "marked": False,
        "is_batch": False,
        **run.core.get("raw", run.core),
    }
    opref = ["func", raw.get("package", ""), "", raw.get("model", ""), raw.get("op", "")]
    operation = run.core.get("operation")
    words = json.dumps([opref, operation])
    connection.execute("insert or ignore into operation(words) values (?)", (words,))
    (op,) = connection.execute("select op from operation where words = ?", (words,)).fetchone()
    columns = (
        "status initialized started stopped exit_status label marked comments digest batch is_batch damage".split()
    )
    tags = encode_json(raw["tags"]) if raw.get("tags") else None
    values = [raw.get(name) for name in columns]
    row = [text_to_sql(value) if isinstance(value, str) else value for value in values]
    connection.execute(
        f"insert into run(k, id, gen, time, op, operation, tags, {', '.join(columns)})"
        f" values (?{', ?' * (6 + len(columns))})",
        (k, raw["id"], 1, 0, op, operation, tags, *row),
    )
    for kind, items in (("flag", run.flags), ("attr", run.attrs)):
        for name, value in items.items():
            connection.execute(
                f"insert into {kind} values (?, ?, ?, ?)", (number(connection, kind, name), k, *to_sql(value))
            )
    for name, summary in run.scalars.items():
        numbers = [summary.get(each, math.nan) for each in SUMMARIES]
        row = [None if math.isnan(each) else each for each in numbers]
        connection.execute(
            f"insert into scalar values (?, ?{', ?' * len(row)})", (number(connection, "scalar", name), k, *row)
        )


def number(connection: sqlite3.Connection, kind: str, name: str) -> int:
    connection.execute("insert or ignore into name(kind, text, prefix) values (?, ?, '')", (kind, name))
    return connection.execute("select n from name where kind = ? and text = ?", (kind, name)).fetchone()[0]
