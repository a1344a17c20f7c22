"""Filters of listings as conditions of SQL.

A condition lets every run pass that passes the filter. Where it may let others pass too (`is_exact` is false), the
records that come out are to be tested themselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from guild_ipy.domain.operation_name import is_operation_named
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.domain.time_range import TimeRange, to_microseconds
from guild_ipy.index.entry import decode_operation
from guild_ipy.index.values import text_to_sql
from guild_ipy.store.run_match import NOTHING

if TYPE_CHECKING:
    from guild_ipy.query.sql import SqlCondition


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What stands behind ``where``; the parameters are by name."""

    sql: str
    parameters: Mapping[str, Any]
    is_exact: bool


def make_condition(
    connection: sqlite3.Connection, run_filter: RunFilter, where: Callable[[str], SqlCondition]
) -> Condition:
    """Turn a filter into a condition on the table of runs; `deleted` and `limit` are left to the caller.

    `where` turns an expression of the select language into a condition.
    """
    writer = _Writer(connection, where)
    tests = list(writer.tests(run_filter))
    return Condition(
        sql=" and ".join(tests) or "true",
        parameters=writer.parameters,
        is_exact=not (run_filter.labels or run_filter.unlabeled or run_filter.tags or run_filter.comments),
    )


class _Writer:
    """Collects parameters while tests are written."""

    def __init__(self, connection: sqlite3.Connection, where: Callable[[str], SqlCondition]) -> None:
        self._connection = connection
        self._make_where = where
        self.parameters: dict[str, Any] = {}

    def tests(self, run_filter: RunFilter) -> Iterator[str]:
        if run_filter.statuses:
            yield self._among("status", [status.value for status in run_filter.statuses])
        if run_filter.marked is not None:
            yield f"marked = {int(run_filter.marked)}"  # no parameter: so SQLite sees that `run_by_mark` will do
        if run_filter.operations:
            yield self._among("op", _operations(self._connection, run_filter.operations))
        if run_filter.labels and NOTHING not in run_filter.labels:
            yield f"({' or '.join(f'instr(label, {self._put(text_to_sql(part))}) > 0' for part in run_filter.labels)})"
        if run_filter.tags:
            yield "tags is not null"
        if run_filter.comments and NOTHING not in run_filter.comments:
            yield "comments is not null"
        if run_filter.digest:
            digest = text_to_sql(run_filter.digest)
            yield f"substr(digest, 1, {self._put(len(run_filter.digest))}) = {self._put(digest)}"
        if run_filter.started is not None:
            yield from self._within(run_filter.started)
        if run_filter.where is not None:
            yield self._where(run_filter.where)

    def _put(self, value: Any) -> str:  # noqa: ANN401 - what SQLite holds
        name = f"f{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"

    def _among(self, column: str, values: list[Any]) -> str:
        return f"{column} in ({', '.join(map(self._put, values))})"

    def _within(self, span: TimeRange) -> Iterator[str]:
        yield "coalesce(started, initialized) is not null"
        if span.start is not None:
            yield f"coalesce(started, initialized) >= {self._put(to_microseconds(span.start))}"
        if span.end is not None:
            yield f"coalesce(started, initialized) < {self._put(to_microseconds(span.end))}"

    def _where(self, text: str) -> str:
        condition = self._make_where(text)
        self.parameters.update(condition.parameters)
        return f"({condition.sql})"


def _operations(connection: sqlite3.Connection, names: tuple[str, ...]) -> list[int]:
    rows = connection.execute("select op, words from operation").fetchall()
    listed = ((op, decode_operation(words)[1]) for op, words in rows)
    return [op for op, name in listed if name is not None and is_operation_named(name, names)]
