from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

import guild_ipy
from guild_ipy.errors import UsageError
from guild_ipy.frame.runs_frame import runs

mpl.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    from matplotlib import pyplot as plt

    yield
    plt.close("all")


@pytest.fixture
def df(add_run):
    add_run("aaaa", flags={"lr": 0.001, "act": "relu", "n": 1, "same": 7}, scalars={"loss": [1.0], "acc": [0.5]})
    add_run("bbbb", flags={"lr": 1.0, "act": "tanh", "n": 2, "same": 7}, scalars={"loss": [3.0], "acc": [0.6]})
    add_run("cccc", flags={"lr": 0.1, "act": "relu", "n": 2, "same": 7})
    return runs()


def headings(ax):
    return [text.get_text() for text in ax.get_xticklabels()]


def lines(ax):
    crossing = (line for line in ax.get_lines() if len({*line.get_xdata()}) > 1 and line.get_linestyle() != "None")
    return [line.get_ydata() for line in crossing]


def test_the_flags_that_differ_and_the_loss_are_axes(df):
    ax = df.guild.parallel()

    assert headings(ax) == ["act", "lr\n(log)", "n", "loss"]
    assert ax.get_title() == "3 runs by loss"


def test_each_run_crosses_each_axis_where_its_value_is(df):
    ax = df.guild.parallel("=n, =act, loss")

    assert np.array_equal(lines(ax), [[1, 0.25, np.nan], [1, 0.75, 1], [0, 0.25, 0]], equal_nan=True)


def test_numbers_of_many_magnitudes_are_shown_by_their_magnitude(df):
    ax = df.guild.parallel("=lr, loss")

    assert headings(ax) == ["lr\n(log)", "loss"]
    assert np.allclose([line[0] for line in lines(ax)], [2 / 3, 1, 0])


def test_columns_in_which_all_runs_are_the_same_are_drawn_in_the_middle(df):
    assert [line[0] for line in lines(df.guild.parallel("=same, loss"))] == [0.5, 0.5, 0.5]


def test_columns_without_a_value_are_left_out(df, add_run):
    add_run("dddd", flags={"other": 1})

    assert headings(df.guild.parallel("=other, =n, loss")) == ["n", "loss"]


def test_it_ends_in_words_without_a_colour_bar(df):
    ax = df.guild.parallel("loss, =act")

    assert len(ax.figure.axes) == 1


def test_one_column_alone_comes_after_the_flags_that_differ(df):
    assert headings(df.guild.parallel("acc")) == ["act", "lr\n(log)", "n", "acc"]


def test_it_ends_in_the_scalar_by_which_a_run_was_marked(df):
    guild_ipy.mark(max="acc")

    assert headings(df.guild.parallel())[-1] == "acc"


def test_two_columns_are_needed(df):
    with pytest.raises(UsageError, match="take two columns at least"):
        df.head(1).guild.parallel()


def test_it_is_drawn_into_axes_of_the_user(df):
    from matplotlib import pyplot as plt

    _, mine = plt.subplots()

    assert df.guild.parallel(ax=mine) is mine
