"""Where the select language finds its values in the tables of the index."""

from __future__ import annotations

import sqlite3

from guild_ipy.index.values import JSON, NOTHING, from_sql
from guild_ipy.query.nodes import Kind
from guild_ipy.query.sql import Column, SqlSchema
from guild_ipy.query.sql_functions import CHECK, Checks

#: The parameter that is the present time, in microseconds since 1970; ``time`` of a run at work needs it.
NOW = "now"

_IN_OPERATION = "run.op in (select op from operation where {})"
_ACTIVE = "run.status in ('running', 'pending')"
_OPREF = "nullif(json_extract(words, '$[0][{}]'), '')"

SELECT_SCHEMA = SqlSchema(
    key="run.k",
    operations=Column(sql="json_extract(words, '$[1]')", within=_IN_OPERATION),
    columns={
        "id": Column(sql="run.id"),
        "run": Column(sql="substr(run.id, 1, 8)"),
        "op": Column(sql=_OPREF.format(4), within=_IN_OPERATION),
        "operation": Column(sql="run.operation"),
        "model": Column(sql=_OPREF.format(3), within=_IN_OPERATION),
        "package": Column(sql=_OPREF.format(1), within=_IN_OPERATION),
        "status": Column(sql="run.status"),
        "label": Column(sql="nullif(run.label, '')"),
        "marked": Column(sql="run.marked"),
        "initialized": Column(sql="run.initialized"),
        "started": Column(sql="run.started"),
        "stopped": Column(sql=f"case when not {_ACTIVE} then run.stopped end"),
        "time": Column(
            sql="case when run.status != 'staged' then max(0, "
            f"case when {_ACTIVE} then :{NOW} else run.stopped end - run.started) / 1e6 end"
        ),
        "exit_status": Column(sql="run.exit_status"),
        "tags": Column(sql="run.tags"),
        "comments": Column(sql="run.comments"),
        "digest": Column(sql="run.digest"),
        "sourcecode": Column(sql="substr(run.digest, 1, 8)"),
        "damage": Column(sql="run.damage"),
    },
    tables={Kind.ATTR: "attr", Kind.FLAG: "flag", Kind.SCALAR: "scalar"},
    names="select n from name where kind = {kind} and text = {text}",
    boxed=JSON,
    missing=NOTHING,
)


def prepare_selection(connection: sqlite3.Connection) -> Checks:
    """Make a connection able to answer conditions of the select language."""
    checks = Checks(from_sql)
    connection.create_function(CHECK, 3, checks, deterministic=True)
    return checks
