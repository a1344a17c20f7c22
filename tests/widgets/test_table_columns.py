from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.errors import UsageError
from guild_ipy.index.queries.column_table import Field
from guild_ipy.widgets.table_columns import key_of, list_columns, parse_key, read_columns


def keys(columns):
    return [column.key for column in columns]


@pytest.mark.parametrize("name", ["lr", "a:b", "a,b", 'it\'s "x"', "", "=", "scalar:last:x", "\n", "\ud800", "run::id"])
@pytest.mark.parametrize(("kind", "part"), [("flag", ""), ("attr", ""), ("scalar", "last"), ("scalar", "curve")])
def test_a_key_means_its_column(kind, part, name):
    assert parse_key(key_of(Field(kind, name, part))) == Field(kind, name, part)


@given(st.text())
def test_any_text_is_a_key_or_refused(text):
    with suppress(UsageError):
        assert key_of(parse_key(text)) == text


@pytest.mark.parametrize("key", ["lr", "run::nothing", "flag:last:lr", "scalar:median:loss", "other::x", ""])
def test_other_words_are_no_keys(key):
    with pytest.raises(UsageError, match="is the key of no column"):
        parse_key(key)


def test_the_usual_columns_are_results_before_the_flags_that_differ(add_run, make_table):
    add_run("aaaa", flags={"lr": 0.1, "same": 1}, scalars={"loss": [1.0], "acc": [2.0]})
    add_run("bbbb", flags={"lr": 0.2, "same": 1}, scalars={"loss": [1.0]})
    assert keys(make_table().snapshot().columns) == [
        *("run::operation", "run::status", "run::label", "scalar:curve:acc", "scalar:last:acc", "scalar:last:loss"),
        *("flag::lr", "run::started", "run::time"),
    ]


def test_a_name_that_is_a_flag_and_a_scalar_has_two_headings(add_run, make_table):
    add_run("aaaa", flags={"loss": "mse", "label": "x"}, scalars={"loss": [1.0]})
    headings = [column.heading for column in list_columns(make_table().known())]
    assert len(set(headings)) == len(headings)
    assert {"flag:loss", "scalar:loss", "flag:label"} <= set(headings)


def test_columns_are_written_as_for_compare(add_run, make_table):
    add_run("aaaa", flags={"lr": 0.1}, scalars={"loss": [1.0]})
    columns = read_columns("=lr, min loss, .label", make_table().known())
    assert keys(columns) == ["flag::lr", "scalar:min:loss", "run::label"]
