"""Filters of listings as conditions of SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from guild_ipy.domain.choosing.operation_name import is_operation_named
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.index.rows.entry import decode_operation, decode_record
from guild_ipy.index.rows.sql_values import encode_json, text_to_sql

if TYPE_CHECKING:
    from guild_ipy.domain.choosing.time_range import TimeRange
    from guild_ipy.query.sql import SqlCondition

#: As a label or comment to look for: none at all (as in ``guild runs -Fl -``).
_NOTHING = "-"
#: The characters that Python's ``str.strip`` removes.
_BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_LABEL = "trim(ifnull(run.label, ''), {blanks})"
_RECORD = "(select data from record where record.k = run.k)"
_IS_TAGGED, _IS_COMMENTED = "guild_ipy_is_tagged", "guild_ipy_is_commented"


def make_condition(
    connection: sqlite3.Connection, run_filter: RunFilter, where: SqlCondition | None
) -> tuple[str, dict[str, Any]]:
    """Turn a filter into a condition on the table of runs, with its parameters by name.

    `where` is the condition of its expression; `deleted` and `limit` are left to the caller.
    """
    if run_filter.tags or run_filter.comments:  # SQLite has no such checks
        connection.create_function(_IS_TAGGED, 2, _is_tagged, deterministic=True)
        connection.create_function(_IS_COMMENTED, 2, _is_commented, deterministic=True)
    writer = _FilterWriter(connection)
    tests, parameters = list(writer.tests(run_filter)), writer.parameters
    if where is not None:
        tests.append(f"({where.sql})")
        parameters |= where.parameters
    return " and ".join(tests) or "true", parameters


class _FilterWriter:
    """Collects parameters while tests are written."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.parameters: dict[str, Any] = {}

    def tests(self, run_filter: RunFilter) -> Iterator[str]:
        if run_filter.statuses:
            yield self._among("status", [status.value for status in run_filter.statuses])
        if run_filter.marked is not None:
            yield f"marked = {int(run_filter.marked)}"  # not a parameter, so that SQLite uses `run_by_mark`
        if run_filter.without_batches:
            yield "is_batch = 0"
        if run_filter.operations:
            yield self._among("op", _operations(self._connection, run_filter.operations))
        yield from self._texts(run_filter)
        if run_filter.started is not None:
            yield from self._within(run_filter.started)

    def _texts(self, run_filter: RunFilter) -> Iterator[str]:
        if run_filter.unlabeled:
            yield self._has_label(_NOTHING)
        if run_filter.labels:
            yield f"({' or '.join(map(self._has_label, run_filter.labels))})"
        if run_filter.tags:
            yield f"tags is not null and {_IS_TAGGED}(tags, {self._put(encode_json(run_filter.tags))})"
        if run_filter.comments:
            yield f"({' or '.join(map(self._has_comment, run_filter.comments))})"
        for column, paths in (("notebook", run_filter.notebooks), ("project", run_filter.projects)):
            if paths:
                yield f"({' or '.join(self._ends_with(column, path) for path in paths)})"
        for column, beginning in (("digest", run_filter.digest), ("batch", run_filter.trials_of)):
            if beginning:
                yield f"substr({column}, 1, {self._put(len(beginning))}) = {self._put(text_to_sql(beginning))}"

    def _put(self, value: Any) -> str:  # noqa: ANN401 - what SQLite holds
        name = f"f{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"

    def _among(self, column: str, values: list[Any]) -> str:
        return f"{column} in ({', '.join(map(self._put, values))})"

    def _ends_with(self, column: str, path: str) -> str:
        """Test for a path, or for its last names."""
        ending = f"/{path.strip('/')}"
        is_ended = f"substr({column}, -{self._put(len(ending))}) = {self._put(text_to_sql(ending))}"
        return f"{column} = {self._put(text_to_sql(path))}" if path.startswith("/") else is_ended

    def _has_label(self, part: str) -> str:
        label = _LABEL.format(blanks=self._put(_BLANKS))
        return f"{label} = ''" if part == _NOTHING else f"instr({label}, {self._put(text_to_sql(part))}) > 0"

    def _has_comment(self, part: str) -> str:
        if part == _NOTHING:
            return "comments is null"
        return f"comments is not null and {_IS_COMMENTED}({_RECORD}, {self._put(encode_json(part))})"

    def _within(self, span: TimeRange) -> Iterator[str]:
        from guild_ipy.domain.choosing.time_range import to_microseconds  # start-up cost: few listings ask for a time

        yield "coalesce(started, initialized) is not null"
        if span.start is not None:
            yield f"coalesce(started, initialized) >= {self._put(to_microseconds(span.start))}"
        if span.end is not None:
            yield f"coalesce(started, initialized) < {self._put(to_microseconds(span.end))}"


def _operations(connection: sqlite3.Connection, names: tuple[str, ...]) -> list[int]:
    rows = connection.execute("select op, words from operation").fetchall()
    listed = ((op, decode_operation(words)[1]) for op, words in rows)
    return [op for op, name in listed if name is not None and is_operation_named(name, names)]


def _is_tagged(tags: str, wanted: str) -> bool:
    return not set(json.loads(tags)).isdisjoint(json.loads(wanted))


def _is_commented(record: str, part: str) -> bool:
    comments = decode_record("", record).comments
    text = "\n".join(f"{each.user}\n{each.host}\n{each.body}" for each in comments)
    wanted: str = json.loads(part)
    return wanted.lower() in text.lower()
