"""The clause ``where`` of a filter, and the best of the runs that pass it: as SQL over the tables of the index."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from functools import lru_cache

from guild_ipy.domain.best import Best
from guild_ipy.index.select_sql import NOW, SELECT_SCHEMA, prepare_selection
from guild_ipy.index.values import text_from_sql
from guild_ipy.query.attributes import AttributeType
from guild_ipy.query.names import Names
from guild_ipy.query.plan import Scope
from guild_ipy.query.select import Select, parse_measure
from guild_ipy.query.sql import SqlCondition, make_ranking


class Selection:
    """What the select language says, on one open index."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._checks = prepare_selection(connection)

    def condition(self, text: str, *, stops_early: bool = False) -> SqlCondition:
        """Turn an expression into a condition on the table of runs; SelectError says what is wrong with it."""
        names = self.names()
        condition = _timeless_condition(text, names, stops_early=stops_early)
        if condition is None:
            select = Select.parse(text, Scope(names=names))
            condition = select.to_sql(SELECT_SCHEMA, stops_early=stops_early)
        return _at_work(condition)

    def ranking(self, best: Best) -> SqlCondition:
        """Turn it into a table with the number `v` of each run `k` that has one."""
        return _at_work(make_ranking(parse_measure(best.name, Scope(names=self.names())), SELECT_SCHEMA))

    def names(self) -> Names | None:
        """Give the names that runs have; None where there are no runs yet, and so no name can be wrong."""
        return _read_names(self._db)

    def take_interrupt(self) -> bool:
        """Whether the last query ended because Ctrl-C interrupted a check."""
        was_interrupted, self._checks.is_interrupted = self._checks.is_interrupted, False
        return was_interrupted


@lru_cache(maxsize=64)
def _timeless_condition(text: str, names: Names | None, *, stops_early: bool) -> SqlCondition | None:
    """Give the condition of an expression that will mean the same tomorrow; None for another one."""
    select = Select.parse(text, Scope(names=names))
    if any(place.type is AttributeType.MOMENT for place in select.places()):
        return None
    return select.to_sql(SELECT_SCHEMA, stops_early=stops_early)


def _at_work(condition: SqlCondition) -> SqlCondition:
    return SqlCondition(sql=condition.sql, parameters={**condition.parameters, NOW: time.time_ns() // 1000})


def _read_names(connection: sqlite3.Connection) -> Names | None:
    found: Mapping[str, set[str]] = {"attr": set(), "flag": set(), "scalar": set()}
    for kind, text in connection.execute("select kind, text from name"):
        found[kind].add(text_from_sql(text))
    attributes, flags, scalars = map(frozenset, found.values())
    if not (flags or scalars) and connection.execute("select 1 from run limit 1").fetchone() is None:
        return None
    return Names(attributes=attributes, flags=flags, scalars=scalars)
