"""SQL selects the runs that the same checks, made one by one in Python, select."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guild_ipy.errors import SelectError
from guild_ipy.index.queries.expression_sql import NOW, SELECT_SCHEMA
from guild_ipy.query.expression import Select
from guild_ipy.query.names import Names
from guild_ipy.query.plan import PlanScope
from tests.query.fake_run import SUMMARIES, FakeRun, insert, open_database
from tests.query.reference import make_predicate

NOW_US = 1_780_000_000_000_000
FLAGS, ATTRS, SCALARS = ["x", "y", "model", "loss"], ["host", "note"], ["loss", "val#acc", "x"]
NAMES = Names(attributes=frozenset(["note"]), flags=frozenset(FLAGS), scalars=frozenset(SCALARS))

# -- runs

texts = st.sampled_from(["", "a", "A", "b", "ab", "1", "0.5", "red", "Ünï", "\0z", "K", "\ud800", "train"]) | st.text(
    max_size=4
)
numbers = st.sampled_from(
    [0, 1, -1, 2, 0.5, 1.0, 0.1, math.inf, -math.inf, math.nan, 2**63, 2**70, -(2**63), 2**63 - 1]
)
atoms = st.none() | st.booleans() | numbers | texts
values = atoms | st.lists(atoms, max_size=3) | st.dictionaries(st.sampled_from("ab"), atoms, max_size=2)
single_precision = st.floats(width=32) | st.sampled_from([0.0, 0.5, 0.10000000149011612, math.nan, math.inf])
steps = st.integers(0, 5)
summaries = st.fixed_dictionaries(
    {name: steps if "step" in name or name == "count" else single_precision for name in SUMMARIES}
)
moments = st.none() | st.integers(NOW_US - 3 * 86_400_000_000, NOW_US)
cores = st.fixed_dictionaries(
    {
        "id": st.text("0123456789abcdef", min_size=32, max_size=32),
        "op": st.sampled_from(["train", "test", ""]),
        "model": st.sampled_from(["", "m"]),
        "package": st.just("p"),
        "status": st.sampled_from("pending staged running completed error terminated damaged".split()),
        "label": st.none() | texts,
        "marked": st.booleans(),
        "initialized": moments,
        "started": moments,
        "stopped": moments,
        "exit_status": st.none() | st.integers(-3, 3),
        "tags": st.none() | st.lists(texts, min_size=1, max_size=2),
        "comments": st.none() | texts,
        "digest": st.none() | st.sampled_from(["a" * 8, "a" * 9, "ab", ""]),
        "damage": st.none(),
    }
)


def as_run(core: dict[str, Any], attrs: dict[str, Any], flags: dict[str, Any], scalars: dict[str, Any]) -> FakeRun:
    listed = f"{core['op']}()" if core["op"] == "train" else core["op"]
    active = core["status"] in {"running", "pending"}
    end = NOW_US if active else core["stopped"]
    is_timed = core["status"] != "staged" and None not in {core["started"], end}
    derived = {
        "run": core["id"][:8],
        "operation": listed,
        "op": core["op"] or None,
        "model": core["model"] or None,
        "label": core["label"] or None,
        "sourcecode": core["digest"] and core["digest"][:8],
        "stopped": None if active else core["stopped"],
        "time": max(0, end - core["started"]) / 1e6 if is_timed else None,
    }
    return FakeRun(core={**core, "raw": core, **derived}, attrs=attrs, flags=flags, scalars=scalars)


runs = st.builds(
    as_run,
    cores,
    st.dictionaries(st.sampled_from(ATTRS), values.filter(lambda value: value is not None), max_size=2),
    st.dictionaries(st.sampled_from(FLAGS), values, max_size=4),
    st.dictionaries(st.sampled_from(SCALARS), summaries, max_size=3),
)

# -- expressions

names = st.sampled_from(
    "x y loss note host model label op operation id run status marked started stopped time exit_status tags tag"
    " comments digest sourcecode flag:x scalar:x scalar:loss attr:note attr:model acc val#acc".split()
) | st.sampled_from(
    ["max loss", "min loss", "avg val#acc", "count loss", "loss step", "first loss step", "'x'", "flag:'y'"]
)
quoted = st.text(st.characters(codec="utf-8", exclude_characters="\\'\""), max_size=3).map("'{}'".format)
literals = (
    st.sampled_from(
        "1 0 0.5 0.1 -1 1e-3 inf nan -inf 9223372036854775808 true false undefined null yes a A ab red train train()"
        " completed complete '' '1' 'Ü' '[1]' today yesterday 2026-05-28 m K aaaaaaaa [1,a] [] [nan,undefined]".split()
    )
    | st.sampled_from(["2 days ago", "this week", "'2026-05-27 12:00'", "5 minutes", "0:01:00", "[[1],a]", "'\0'"])
    | quoted
)
lists = st.lists(literals, min_size=1, max_size=3).map(lambda items: f"[{', '.join(items)}]")
tests = (
    st.builds(
        "{} {} {}".format,
        names,
        st.sampled_from("= == != <> < <= > >= is contains matches after before within on".split()),
        literals,
    )
    | st.builds("{} {} {}".format, names, st.sampled_from(["is not", "not contains", "not matches"]), literals)
    | st.builds("{} {} {}".format, names, st.sampled_from(["in", "not in"]), lists)
    | st.builds("{} between {} and {}".format, names, literals, literals)
    | st.sampled_from(["marked", "unmarked", "labeled", "completed", "failed", "true", "false", "started last 2 days"])
)
expressions = st.recursive(
    tests,
    lambda inner: (
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("not ({})".format, inner)
    ),
    max_leaves=5,
)


def selects(text: str) -> Select | None:
    try:
        return Select.parse(text, PlanScope(names=NAMES, now=datetime.fromtimestamp(NOW_US / 1e6).astimezone()))
    except SelectError:
        return None


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    with closing(open_database()) as connection:
        yield connection


def selected(connection: sqlite3.Connection, select: Select, found: list[FakeRun]) -> list[int]:
    connection.execute("begin")
    try:
        for k, run in enumerate(found):
            insert(connection, k, run)
        answers = []
        for stops_early in (False, True):
            condition = select.to_sql(SELECT_SCHEMA, stops_early=stops_early)
            sql = f"select k from run where {condition.sql} order by k"
            answers.append([k for (k,) in connection.execute(sql, {**condition.parameters, NOW: NOW_US})])
        assert answers[0] == answers[1]
        return answers[0]
    finally:
        connection.execute("rollback")


@settings(max_examples=600)
@given(text=expressions, found=st.lists(runs, min_size=1, max_size=4, unique_by=lambda run: run.core["id"]))
def test_sql_selects_the_runs_that_pass_its_checks(connection: sqlite3.Connection, text: str, found: list[FakeRun]):
    select = selects(text)
    if select is not None:
        accepts = make_predicate(select.plan)
        assert selected(connection, select, found) == [k for k, run in enumerate(found) if accepts(run)]
