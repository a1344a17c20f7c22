from __future__ import annotations

import pandas as pd
import pytest

from guild_ipy.errors import RunNotFound, UsageError
from guild_ipy.frame.runs_frame import runs


@pytest.fixture
def df(add_run) -> pd.DataFrame:
    add_run("aaaa", flags={"lr": 0.3}, label="a", scalars={"loss": [1.0, 3.0], "acc": [0.9, 0.2]})
    add_run("bbbb", flags={"lr": 0.2}, label="b", scalars={"loss": [4.0, 2.0], "acc": [0.1, 0.3]})
    add_run("cccc", flags={"lr": 0.1}, label="c", scalars={"loss": [5.0, float("nan")]})
    add_run("dddd", label="d")
    return runs()


@pytest.mark.parametrize(
    ("column", "keywords", "label"),
    [
        ("loss", {}, "b"),
        ("loss", {"max": True}, "a"),
        ("min loss", {}, "a"),
        ("max acc", {}, "a"),
        ("max acc", {"max": False}, "b"),
        ("acc", {"max": True}, "b"),
        ("=lr", {}, "c"),
        ("loss as error", {}, "b"),
    ],
)
def test_the_best_run_has_the_least_or_the_greatest(df, column, keywords, label):
    assert df.guild.best(column, **keywords).label == label


def test_several_are_rows_of_the_frame_the_best_first(df):
    best = df.assign(mine=1).guild.best("loss", limit=2)

    assert best.label.to_list() == ["b", "a"]
    assert best.columns.to_list() == [*df.columns, "mine"]


def test_the_best_of_a_part_is_in_that_part(df):
    assert df[df.label != "b"].guild.best("loss").label == "a"
    assert pd.concat([df[df.label == "a"], df[df.label == "a"]]).guild.best("loss").label == "a"


def test_where_no_run_has_a_number_there_is_no_best(df):
    with pytest.raises(RunNotFound, match="'loss': none of these runs has a number there"):
        df[df.label == "d"].guild.best("loss")


def test_best_takes_one_column(df):
    with pytest.raises(UsageError, match="best takes one column"):
        df.guild.best("loss, acc")
