"""``%guild_select``, ``--where`` and ``guild_ipy.select`` in a notebook."""

import re

import pytest

import guild_ipy
from guild_ipy.errors import RunNotFound, SelectError, UsageError


@pytest.fixture
def three(train):
    """Three runs of `train`, by learning rate."""
    return {lr: train.run(f"%guild_run train lr={lr} --label 'rate {lr}'").id for lr in (0.5, 0.1, 2)}


def test_magic_gives_ids_or_one_id(train, three):
    assert train.run("%guild_select lr > 0.2 and label contains 'rate'") == [three[2], three[0.5]]
    assert train.run("%guild_select label = 'rate 0.1'") == [three[0.1]]
    assert train.run("%guild_select --min loss") == three[0.1]
    assert train.run("%guild_select --max 'first loss' -n 2") == [three[2], three[0.5]]
    assert train.run("%guild_select 'lr < 0'") == []


def test_values_of_the_notebook_stand_in_expressions(train, three):
    train.run("rates, name, limit = [0.1, 2], 'rate 2', -1e-3")
    assert train.run("%guild_select lr in {rates} and label = $name and lr > {limit}") == [three[2]]


def test_magic_gives_a_frame(train, three):
    frame = train.run("%guild_select lr > 0.2 --frame")
    assert list(frame["label"]) == ["rate 2", "rate 0.5"]
    assert list(train.run("%guild_select --min lr -n 2 --frame")["label"]) == ["rate 0.1", "rate 0.5"]


def test_magic_explains(train, three):
    explained = train.run("%guild_select lr < 1 and max loss < 0.3 --explain")
    assert [str(each).split("  ")[1] for each in explained] == [
        "dropped by lr < 1: it has 2",
        "selected",
        "dropped by max loss < 0.3: it has 0.5",
    ]


def test_lists_take_where(train, three):
    assert list(train.run("%guild_runs --where 'lr >= 0.5'")["label"]) == ["rate 2", "rate 0.5"]
    assert train.run("%guild_info --where 'lr = 0.1'").lines["id"] == three[0.1]


def test_error_is_a_line_and_a_caret(train, three):
    printed = train.printed("%guild_select lr < and completed")
    assert printed == "SelectError: expected a value after '<', not 'and' (column 6)\n  lr < and completed\n       ^\n"
    with pytest.raises(SelectError):
        train.run("%guild_runs --where 'los < 1'")


def test_functions_take_where(train, three, capsys):
    assert guild_ipy.select("lr > 0.2") == [three[2], three[0.5]]
    assert guild_ipy.select(min="loss") == three[0.1]
    assert guild_ipy.select("lr > 0.2", max="loss", limit=5) == [three[2], three[0.5]]
    assert list(guild_ipy.select("lr > 0.2", frame=True)["label"]) == ["rate 2", "rate 0.5"]
    assert [each.run.id for each in guild_ipy.select("lr > 1", explain=True) if each.dropped is None] == [three[2]]
    assert guild_ipy.get_run(where="lr < 1").id == three[0.1]
    assert guild_ipy.info(where="lr = 0.5").lines["id"] == three[0.5]
    assert list(guild_ipy.runs(where="lr > 1")["label"]) == ["rate 2"]
    guild_ipy.mark(where="lr = 0.5")
    guild_ipy.label(where="marked", set="best")
    guild_ipy.delete(where="not marked")
    said = re.findall(r"^(Marked 1|Labeled 1|Deleted 2) run\S*: train\(\) ", capsys.readouterr().out, re.MULTILINE)
    assert said == ["Marked 1", "Labeled 1", "Deleted 2"]
    assert guild_ipy.select("label = best") == [three[0.5]]
    with pytest.raises(RunNotFound, match="no run that passes has a number there"):
        guild_ipy.select("false", min="loss")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"expr": 5}, "where takes a text, not 5"),
        ({"min": 5}, "a name to choose the best run by is a text, not 5"),
        ({"min": "lr", "max": "lr"}, "select: --min and --max are two things; give one of them"),
        ({"limit": "3"}, "limit takes a whole number from 0 up, not '3'"),
        ({"explain": True}, "select: there is nothing to explain without an expression"),
    ],
)
def test_arguments_that_cannot_work_are_refused(session, arguments, message):
    with pytest.raises(UsageError) as caught:
        guild_ipy.select(**arguments)
    assert str(caught.value) == message


def test_where_that_is_no_text_is_refused(session):
    with pytest.raises(UsageError, match="where takes a text, not"):
        guild_ipy.delete(where=["lr = 1"])


def test_tab_completes_names_of_runs(train, three):
    assert train.completions("%guild_select lr > 1 and lo") == ["loss"]
    assert "epochs" in train.completions("%guild_runs --where 'not ep")
    assert {"label", "loss", "lr"} <= set(train.completions("%guild_select --min l"))


def test_runs_are_named_in_place_of_an_expression(train, three):
    assert train.run("%guild_select 1") == three[2]
    assert train.run("%guild_select 2 3") == [three[0.1], three[0.5]]
    assert train.run("df = %guild_runs\n%guild_select {df} --min =lr") == three[0.1]
    assert train.run("%guild_select 1 --attr label") == "rate 2"
    assert list(train.run("%guild_select 3 1 --frame")["label"]) == ["rate 0.5", "rate 2"]
    assert guild_ipy.select(three[0.5][:8], attr="flags")["lr"] == 0.5
    assert guild_ipy.select(guild_ipy.runs(), max="=lr") == three[2]
    assert guild_ipy.select("1:2", path=True) == [str(guild_ipy.get_run(index).path) for index in (1, 2)]
    with pytest.raises(UsageError, match="one expression, or runs"):
        guild_ipy.select("lr < 1", "lr > 2")


def test_json_gives_plain_values(train, three):
    listed = train.run("%guild_runs --json -n 1")
    assert [(each["id"], each["flags"]["lr"]) for each in listed] == [(three[2], 2)]
    assert train.run("%guild_info 1 --json")["scalars"].keys() == {"loss"}
    assert train.run("%guild_compare 1 --json")[0]["label"] == "rate 2"
    assert train.run("%guild_diff 1 2 --json")["to"] == three[0.1]
    assert train.run("%guild_lineage 1 --json")["uses"] == []
    assert train.run("%guild_home --json")["exists"]
    assert "train" in [each["name"] for each in train.run("%guild_operations --json")]
    assert train.run("%guild_ls 1 --json") == list(train.run("%guild_ls 1"))
    assert train.run("%guild_select lr > 1 --explain --json")[0]["selected"]


def test_listing_has_fewer_columns(train, three):
    assert list(train.run("%guild_runs -s").columns) == ["run", "operation", "status", "label", "marked"]
    assert len(guild_ipy.runs(filter_expr="lr < 1")) == 2
    with pytest.raises(UsageError, match="are the same"):
        guild_ipy.runs(filter_expr="lr < 1", where="lr < 1")


def test_where_nothing_is_found_for_a_flag_that_has_the_name_of_a_scalar_that_is_said(session):
    session.run("def train(loss='mse', lr=0.1): print('loss:', lr)")
    session.printed("%guild_run train")
    assert session.printed("ids = %guild_select loss < 0.5 and completed") == (
        "'loss' means the flag here; scalar:loss is the scalar\n"
    )
    assert len(session.run("%guild_select scalar:loss < 0.5 and completed")) == 1
    assert session.printed("ids = %guild_select scalar:loss > 0.5") == ""
