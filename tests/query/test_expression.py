"""What expressions mean."""

from __future__ import annotations

import math
from contextlib import closing
from datetime import UTC, datetime

import pytest

from guild_ipy.errors import SelectError
from guild_ipy.index.queries.expression_sql import SELECT_SCHEMA, ExpressionCompiler
from guild_ipy.query.expression import Dropped, Select, parse_place
from guild_ipy.query.names import Names
from guild_ipy.query.nodes import Kind
from guild_ipy.query.plan import PlanScope
from tests.query.fake_run import FakeRun, insert, open_database

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)  # a Friday
NAMES = Names(
    attributes=frozenset(["note"]),
    flags=frozenset("lr loss net layers on label note bad word missing".split()),
    scalars=frozenset(["loss", "val#acc", "bad"]),
)


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


RUN = FakeRun(
    core={
        "id": "3f2a1b4c" + "0" * 24,
        "run": "3f2a1b4c",
        "op": "train",
        "operation": "train()",
        "status": "completed",
        "label": "best of lr=0.1",
        "marked": True,
        "started": moment("2026-11-20 14:30:05"),
        "stopped": moment("2026-11-20 14:32:05") + 500_000,
        "exit_status": 0,
        "tags": ["Best", "net 2"],
        "comments": "looks\ngood",
        "digest": "0123456789abcdef",
        "sourcecode": "01234567",
    },
    attrs={"host": "box", "note": "x"},
    flags={"lr": 0.1, "net": "Wide", "layers": [64, 32], "on": True, "note": "y", "bad": math.nan, "word": "yes"},
    scalars={
        "loss": {
            "first": 2.0, "first_step": 1, "last": 0.10000000149011612, "last_step": 9, "min": 0.05, "min_step": 7,
            "max": 2.0, "max_step": 1, "avg": 0.6, "total": 6.0, "count": 10,
        },
        "val#acc": {"last": 0.9, "last_step": 9},
        "bad": {"last": math.nan, "last_step": 9},
    },
)  # fmt: skip
EMPTY = FakeRun(core={"id": "0" * 32, "run": "0" * 8, "status": "staged", "marked": False, "op": "test"})


def accepts(text: str, run: FakeRun = RUN, names: Names | None = NAMES) -> bool:
    """Whether a database that holds only this run selects it."""
    condition = Select.parse(text, PlanScope(names=names, now=NOW)).to_sql(SELECT_SCHEMA)
    with closing(open_database()) as connection:
        insert(connection, 1, run)
        parameters = {**condition.parameters, "now": int(NOW.timestamp()) * 1_000_000}
        return connection.execute(f"select k from run where {condition.sql}", parameters).fetchone() is not None


@pytest.mark.parametrize(
    "text",
    [
        "lr = 0.1", "lr != 1", "lr < 1", "lr <= 0.1", "lr between 0.1 and 0.1", "lr in [1, 0.1]", "lr is 0.1",
        "on = true", "on = yes", "on = 1", "layers = [64, 32]", "layers contains 64", "layers not contains 6",
        "net = Wide", "net != wide", "net contains wide", "net matches '^W'", "net not matches '^w'",
        "net in [Wide, Deep]", "net > Deep", "word = 'yes'", "layers matches '^6'",
        "id = 3f2a1b4c000000000000000000000000", "run = 3f2a1b4c", "short_id = 3f2a1b4c",
        "op = train", "op = 'train()'", "operation = train", "operation = 'train()'",
        "status = completed", "status = complete", "completed", "not failed", "status != running",
        "status in [error, complete]", "marked", "marked = true", "not unmarked", "labeled", "label contains BEST",
        "tags contains Best", "tag contains best", "tag = Best", "tag matches 'net \\d'", "tags not contains best",
        "comments contains GOOD", "sourcecode = 01234567", "digest = 0123456789abcdef", "exit_status = 0",
        "time > 120", "time > 2 minutes", "time < 0:03:00", "time between 1 minute and 1 hour",
        "host = box", "attr:host = box", "note = x", "attr:note = x", "flag:note = y", "flag:note != x",
        "loss < 1", "loss = 0.1", "loss between 0.05 and 0.1", "loss in [0.1]", "loss >= 0.1", "loss <= 0.1",
        "max loss = 2", "min loss < 0.06", "first loss = 2", "last loss = 0.1", "avg loss = 0.6", "total loss = 6",
        "count loss = 10", "loss step = 9", "min loss step = 7", "last loss step = 9", "acc > 0.5", "val#acc > 0.5",
        "bad = nan", "scalar:bad = nan", "not bad < 1", "not bad > 1", "missing is undefined", "missing != 1",
        "lr is not undefined", "lr != text", "not lr < text", "not net > 1", "lr in [undefined, 0.1]",
        "true", "not false", "lr = 1 or net = Wide and on = true", "not (lr = 1 and on = true)",
    ],
)  # fmt: skip
def test_run_passes(text):
    assert accepts(text)
    assert not accepts(f"not ({text})")


@pytest.mark.parametrize(
    "text",
    [
        "started today", "started last 1 hour", "started last 31 minutes", "started within 1 hour",
        "started after 2026-11-20", "started after 14:30", "started after '2026-11-20 14:30:05'", "started on 11-20",
        "started before 14:31", "started before 2026-11-21", "started after yesterday", "started 2026-11-20",
        "started between yesterday and today", "started between 2026-11-20 and 2026-11-21", "started = 2026-11-20",
        "started >= 2026-11-20", "started < 2026-11-21", "started <= today", "started this week",
        "started in [yesterday, today]", "stopped after 14:32", "started matches ':30:05'",
        "started contains 2026-11-20", "started this month",
    ],
)  # fmt: skip
def test_run_was_started_then(text):
    assert accepts(text)
    assert not accepts(text, EMPTY)


@pytest.mark.parametrize(
    "text",
    [
        "started yesterday", "started before today", "started last 29 minutes", "started after 14:31",
        "started after 2026-11-21", "started between 2026-11-01 and 2026-11-19", "started < 2026-11-20",
        "started > today", "started last week", "started 2 days ago", "stopped before 14:32",
    ],
)  # fmt: skip
def test_run_was_not_started_then(text):
    assert not accepts(text)


@pytest.mark.parametrize(
    "text",
    ["lr = 0.1", "lr < 1", "loss < 1", "started today", "label contains x", "time < 5", "tag = Best", "host = box"],
)
def test_what_a_run_does_not_have_passes_no_test_but_its_opposite(text):
    assert not accepts(text, EMPTY)
    assert accepts(f"not {text}", EMPTY)


def test_attribute_comes_before_flag_and_flag_before_scalar_in_each_run():
    one = FakeRun(flags={"loss": 1}, scalars={"loss": {"last": 5.0}})
    other = FakeRun(scalars={"loss": {"last": 5.0}})
    assert (accepts("loss = 1", one), accepts("loss = 5", one)) == (True, False)
    assert accepts("loss = 5", other)
    assert accepts("scalar:loss = 5", one)


def test_flag_by_the_name_of_an_attribute_counts_where_the_attribute_is_missing():
    assert accepts("label = x", FakeRun(flags={"label": "x"}))
    assert not accepts("label = x", FakeRun(core={"label": "y"}, flags={"label": "x"}))


def test_qualifier_passes_over_a_flag_of_that_name():
    assert accepts("last loss = 5", FakeRun(flags={"loss": 1}, scalars={"loss": {"last": 5.0}}))


def test_number_and_text_never_meet():
    run = FakeRun(flags={"lr": "0.1"})
    assert not accepts("lr = 0.1", run)
    assert accepts("lr = '0.1'", run)
    assert not accepts("lr < 1", run)
    assert not accepts("lr > 1", run)


def test_without_names_every_name_is_taken():
    run = FakeRun(flags={"nobody": 0}, scalars={"loss": {"max": 1.0}})
    assert accepts("nobody < 1 and max loss > 0", run, names=None)


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("lr = 0.1 and completed", None),
        ("completed and lr  <  0.1", Dropped(clause="lr < 0.1", found=0.1)),
        ("completed and (lr = 5 and marked)", Dropped(clause="lr = 5", found=0.1)),
        ("not marked", Dropped(clause="not marked", found=True)),
        ("missing = 1", Dropped(clause="missing = 1", is_missing=True)),
        ("started yesterday", Dropped(clause="started yesterday", found="2026-11-20 14:30:05")),
        ("lr = 1 or lr = 2", Dropped(clause="lr = 1 or lr = 2")),
        ("false", Dropped(clause="false")),
        ("op = test", Dropped(clause="op = test", found="train")),
        ("layers = 1", Dropped(clause="layers = 1", found=[64, 32])),
        ("tag = worse", Dropped(clause="tag = worse", found=["Best", "net 2"])),
        ("marked and max loss > 5", Dropped(clause="max loss > 5", found=2.0)),
        ("note = z", Dropped(clause="note = z", found="x")),
        ("lr in [1, 2] and marked", Dropped(clause="lr in [1, 2]", found=0.1)),
    ],
)
def test_explanation_names_the_first_clause_that_does_not_hold(text, dropped):
    with closing(open_database()) as connection:
        insert(connection, 1, RUN)
        connection.execute("insert into name(kind, text, prefix) values ('flag', 'missing', '')")
        assert ExpressionCompiler(connection).explain(text, [1]).get(1) == dropped


def test_place_to_sort_by_is_found():
    (place,) = parse_place("max acc", PlanScope(names=NAMES))
    assert (place.kind, place.name, place.summary) == (Kind.SCALAR, "val#acc", "max")
    assert [each.kind for each in parse_place("loss", PlanScope(names=NAMES))] == [Kind.FLAG, Kind.SCALAR]


def test_place_that_is_not_there_is_refused():
    with pytest.raises(SelectError, match=r"no run has the scalar 'los' .did you mean 'loss'.*column 5"):
        parse_place("max los", PlanScope(names=NAMES))
