"""Expressions of the select language as SQL over the tables of the index."""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from guild_ipy.domain.attributes import ATTRIBUTES, NOW, AttributeType
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.index.rows.sql_values import JSON, NOTHING, from_sql, text_from_sql
from guild_ipy.query.expression import Clause, Dropped, Select, parse_measure
from guild_ipy.query.names import Names, Place
from guild_ipy.query.nodes import Kind
from guild_ipy.query.plan import PlanScope
from guild_ipy.query.sql import SqlColumn, SqlCondition, SqlSchema, make_ranking, make_values
from guild_ipy.query.sql_functions import CHECK, Checks
from guild_ipy.query.times import format_moment

_IN_OPERATION = "run.op in (select op from operation where {})"

SELECT_SCHEMA = SqlSchema(
    key="run.k",
    rows="run join operation using (op)",
    operations=SqlColumn(sql="json_extract(words, '$[1]')", within=_IN_OPERATION),
    columns={
        each.name: SqlColumn(sql=each.expression, within=_IN_OPERATION)
        if each.is_of_operation
        else SqlColumn(sql=each.expression)
        for each in ATTRIBUTES
    },
    tables={Kind.ATTR: "attr", Kind.FLAG: "flag", Kind.SCALAR: "scalar"},
    names="select n from name where kind = {kind} and text = {text}",
    boxed=JSON,
    missing=NOTHING,
)


class ExpressionCompiler:
    """Turns expressions into SQL, for one open index."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._checks = prepare_connection(connection)

    def condition(self, text: str, *, stops_early: bool = False) -> SqlCondition:
        """Turn an expression into a condition on the table of runs; SelectError says what is wrong with it."""
        names = self.names()
        condition = _timeless_condition(text, names, stops_early=stops_early)
        if condition is None:
            select = Select.parse(text, PlanScope(names=names))
            condition = select.to_sql(SELECT_SCHEMA, stops_early=stops_early)
        return _with_now(condition)

    def ranking(self, best: Best) -> SqlCondition:
        """Return a table of the runs, `k`, that have a number there, `v`."""
        return _with_now(make_ranking(parse_measure(best.name, PlanScope(names=self.names())), SELECT_SCHEMA))

    def names(self) -> Names | None:
        """Return the names that runs have; None where there are no runs yet, and so no name can be wrong."""
        return _read_names(self._db)

    def explain(self, text: str, numbers: Iterable[int]) -> dict[int, Dropped]:
        """Return for each of some runs that an expression drops the first clause that it does not pass."""
        left = set(numbers)
        dropped: dict[int, Dropped] = {}
        for clause in Select.parse(text, PlanScope(names=self.names())).clauses():
            condition = _with_now(clause.to_sql(SELECT_SCHEMA))
            sql = f"select k from run where {condition.sql}"  # noqa: S608 - our own words
            passing = {k for (k,) in self._db.execute(sql, condition.parameters)}
            dropped |= self._drop(clause, left - passing)
            left &= passing
        return dropped

    def take_interrupt(self) -> bool:
        """Return whether the last query ended because Ctrl-C interrupted a check."""
        was_interrupted, self._checks.is_interrupted = self._checks.is_interrupted, False
        return was_interrupted

    def _drop(self, clause: Clause, numbers: Iterable[int]) -> dict[int, Dropped]:
        found: dict[int, FlagValue] = {}
        for place in reversed(clause.places):
            table = _with_now(make_values(place, SELECT_SCHEMA))
            rows = self._db.execute(table.sql, table.parameters)
            found |= {k: value for k, v, t in rows if (value := _shown(place, v, t)) is not None}
        return {
            k: Dropped(clause=clause.text, found=found.get(k), is_missing=bool(clause.places) and k not in found)
            for k in numbers
        }


def prepare_connection(connection: sqlite3.Connection) -> Checks:
    """Add the checks of the select language to a connection."""
    checks = Checks(from_sql)
    connection.create_function(CHECK, 3, checks, deterministic=True)
    return checks


@lru_cache(maxsize=64)
def _timeless_condition(text: str, names: Names | None, *, stops_early: bool) -> SqlCondition | None:
    """Return the condition of an expression, to be kept; None if its meaning depends on the time."""
    select = Select.parse(text, PlanScope(names=names))
    if any(place.type is AttributeType.MOMENT for place in select.places()):
        return None
    return select.to_sql(SELECT_SCHEMA, stops_early=stops_early)


def _with_now(condition: SqlCondition) -> SqlCondition:
    return SqlCondition(sql=condition.sql, parameters={**condition.parameters, NOW: time.time_ns() // 1000})


def _read_names(connection: sqlite3.Connection) -> Names | None:
    found: Mapping[str, set[str]] = {"attr": set(), "flag": set(), "scalar": set()}
    for kind, text in connection.execute("select kind, text from name"):
        found[kind].add(text_from_sql(text))
    attributes, flags, scalars = map(frozenset, found.values())
    if not (flags or scalars) and connection.execute("select 1 from run limit 1").fetchone() is None:
        return None
    return Names(attributes=attributes, flags=flags, scalars=scalars)


def _shown(place: Place, v: Any, t: str | None) -> FlagValue:  # noqa: ANN401 - as SQLite holds it
    """Return a value as an explanation shows it."""
    if place.kind is Kind.SCALAR:
        return math.nan if v is None else float(v)
    if v is None or t is not None:
        value: FlagValue = from_sql(v, t)
        return value
    match place.type:
        case AttributeType.MOMENT:
            return format_moment(v)
        case AttributeType.TRUTH:
            return bool(v)
        case AttributeType.TEXTS:
            texts: FlagValue = json.loads(v)
            return texts
    plain: FlagValue = text_from_sql(v)
    return plain
