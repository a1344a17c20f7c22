"""Filters of listings as conditions of SQL.

A condition lets every run pass that passes the filter. Where it may let others pass too (`is_exact` is false), the
records that come out are to be tested themselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.domain.time_range import TimeRange
from guild_ipy.index.entry import decode_operation
from guild_ipy.index.values import text_to_sql
from guild_ipy.store.run_match import NOTHING, is_operation_named

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What stands behind ``where``."""

    sql: str
    parameters: tuple[Any, ...]
    is_exact: bool


def make_condition(connection: sqlite3.Connection, run_filter: RunFilter) -> Condition:
    """Turn a filter into a condition on the table of runs; `deleted` and `limit` are left to the caller."""
    tests = list(_tests(connection, run_filter))
    return Condition(
        sql=" and ".join(sql for sql, _ in tests) or "true",
        parameters=tuple(value for _, values in tests for value in values),
        is_exact=not (run_filter.labels or run_filter.unlabeled or run_filter.tags or run_filter.comments),
    )


def _tests(connection: sqlite3.Connection, run_filter: RunFilter) -> Iterator[tuple[str, list[Any]]]:
    if run_filter.statuses:
        yield _among("status", [status.value for status in run_filter.statuses])
    if run_filter.marked is not None:
        yield "marked = ?", [run_filter.marked]
    if run_filter.operations:
        yield _among("op", _operations(connection, run_filter.operations))
    if run_filter.labels and NOTHING not in run_filter.labels:
        parts = [text_to_sql(part) for part in run_filter.labels]
        yield f"({' or '.join(['instr(label, ?) > 0'] * len(parts))})", parts
    if run_filter.tags:
        yield "tags is not null", []
    if run_filter.comments and NOTHING not in run_filter.comments:
        yield "comments is not null", []
    if run_filter.digest:
        yield "substr(digest, 1, ?) = ?", [len(run_filter.digest), text_to_sql(run_filter.digest)]
    if run_filter.started is not None:
        yield from _within(run_filter.started)


def _among(column: str, values: list[Any]) -> tuple[str, list[Any]]:
    return f"{column} in ({','.join('?' * len(values))})", values


def _operations(connection: sqlite3.Connection, names: tuple[str, ...]) -> list[int]:
    rows = connection.execute("select op, words from operation").fetchall()
    return [op for op, words in rows if is_operation_named(*decode_operation(words), names)]


def _within(span: TimeRange) -> Iterator[tuple[str, list[Any]]]:
    yield "coalesce(started, initialized) is not null", []
    if span.start is not None:
        yield "coalesce(started, initialized) >= ?", [(span.start - _EPOCH) // _MICROSECOND]
    if span.end is not None:
        yield "coalesce(started, initialized) < ?", [(span.end - _EPOCH) // _MICROSECOND]
