"""The clause ``where`` of a filter, and the best of the runs that pass it: as SQL over the tables of the index."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping

from guild_ipy.domain.best import Best
from guild_ipy.index.select_sql import NOW, SELECT_SCHEMA, prepare_selection
from guild_ipy.index.values import text_from_sql
from guild_ipy.query.names import Names
from guild_ipy.query.plan import Scope
from guild_ipy.query.select import Select, parse_place
from guild_ipy.query.sql import SqlCondition, make_ranking
from guild_ipy.query.sql_functions import CHECK

_IS_PREPARED = "select 1 from pragma_function_list where name = ?"


def make_where(connection: sqlite3.Connection, text: str) -> SqlCondition:
    """Turn an expression into a condition on the table of runs; SelectError says what is wrong with it."""
    select = Select.parse(text, Scope(names=read_names(connection)))
    condition = select.to_sql(SELECT_SCHEMA)
    if CHECK in condition.sql and not connection.execute(_IS_PREPARED, (CHECK,)).fetchone():
        prepare_selection(connection)  # never twice: it fails while a statement is at work
    return SqlCondition(sql=condition.sql, parameters={**condition.parameters, NOW: _now()})


def make_best(connection: sqlite3.Connection, best: Best) -> SqlCondition:
    """Turn it into a table with the number `v` of each run `k` that has one."""
    places = parse_place(best.name, Scope(names=read_names(connection)))
    ranking = make_ranking(places, SELECT_SCHEMA)
    return SqlCondition(sql=ranking.sql, parameters={**ranking.parameters, NOW: _now()})


def read_names(connection: sqlite3.Connection) -> Names | None:
    """Give the names that runs have; None where there are no runs yet, and so no name can be wrong."""
    found: Mapping[str, set[str]] = {"attr": set(), "flag": set(), "scalar": set()}
    for kind, text in connection.execute("select kind, text from name"):
        found[kind].add(text_from_sql(text))
    attributes, flags, scalars = map(frozenset, found.values())
    if not (flags or scalars) and connection.execute("select 1 from run limit 1").fetchone() is None:
        return None
    return Names(attributes=attributes, flags=flags, scalars=scalars)


def _now() -> int:
    return time.time_ns() // 1000
