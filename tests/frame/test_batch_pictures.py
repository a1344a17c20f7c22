"""Pictures of real batches."""

from __future__ import annotations

import sys

import matplotlib as mpl
import pandas as pd
import pytest

import guild_ipy
from guild_ipy.errors import SelectError, UsageError
from guild_ipy.session.session import set_session

mpl.use("Agg")


def train(x=0.5, kind="a", n=1):
    if kind == "c":
        raise ValueError("no such kind")
    print("loss:", (x - 1) ** 2 + n)
    print("acc:", x / 2)


@pytest.fixture(scope="module")
def searched(module_session):
    """A search with failed trials."""
    return guild_ipy.run(
        train,
        x=guild_ipy.uniform(-2, 2.5),
        kind=["a", "b", "c"],
        n=guild_ipy.loguniform(1, 100),
        _optimizer="tpe",
        _minimize="min loss",
        _max_trials=8,
        _jobs=2,
        _random_seed=1,
    )


@pytest.fixture(scope="module")
def grid(module_session):
    return guild_ipy.run(train, x=[0.5, 1.0], n=[1, 2, 3], _jobs=2)


@pytest.fixture(autouse=True)
def close_figures(module_session):
    from matplotlib import pyplot as plt

    set_session(module_session)
    yield
    plt.close("all")


def dots(ax):
    return {line.get_label(): line.get_ydata().tolist() for line in ax.get_lines()}


def headings(ax):
    return [text.get_text() for text in ax.get_xticklabels()]


def test_a_history_is_about_what_is_searched_for(searched):
    ax = searched.guild.history()
    trials = searched.trials
    assert ax.get_ylabel() == "min loss"
    assert dots(ax)["completed"] == trials["min loss"].dropna().tolist()
    assert len(dots(ax)["failed"]) == (trials["status"] == "error").sum() > 0
    best = trials[trials["best"]].iloc[0]
    assert f"best: {best['min loss']:.4g} ({best['run']})" in dots(ax)


def test_a_history_can_be_about_another_column(searched):
    ax = searched.guild.history("acc")
    assert ax.get_ylabel() == "acc"
    assert dots(ax)["best so far"][-1] == searched.trials["acc"].max()
    assert dots(searched.guild.history("min acc"))["best so far"][-1] == searched.trials["acc"].min()


def test_without_an_objective_pictures_are_about_the_loss(grid):
    assert grid.guild.history().get_ylabel() == "loss"
    assert dots(grid.guild.history())["completed"] == [1.25, 1.0, 2.25, 2.0, 3.25, 3.0]
    assert headings(grid.guild.parallel()) == ["n", "x", "loss"]


def test_slices_know_the_spaces(searched):
    panels = searched.guild.slice()
    assert [ax.get_xlabel() for ax in panels] == ["kind", "n", "x"]
    assert [ax.get_xscale() for ax in panels] == ["linear", "log", "linear"]
    assert headings(panels[0]) == ["a", "b", "c"]


def test_slices_of_a_grid_have_its_values(grid):
    panels = grid.guild.slice()
    assert [headings(ax) for ax in panels] == [["1", "2", "3"], ["0.5", "1.0"]]


def test_importance_is_of_the_flags_that_differ(searched, grid):
    ax = searched.guild.importance()
    assert sorted(text.get_text() for text in ax.get_yticklabels()) == ["kind", "n", "x"]
    assert ax.get_title() == "importance for min loss"
    assert [text.get_text() for text in grid.guild.importance().get_yticklabels()] == ["n", "x"]


def test_parallel_coordinates_end_in_what_is_searched_for(searched):
    assert headings(searched.guild.parallel())[-1].split("\n")[0] == "min loss"
    assert headings(searched.guild.parallel("acc"))[-1] == "acc"
    assert [each.split("\n")[0] for each in headings(searched.guild.parallel("=n, =x"))] == ["n", "x"]


def test_listed_trials_have_pictures(module_session):
    batch = guild_ipy.run(train, _trials=pd.DataFrame({"x": [0.5, 2.0, 1.0], "kind": ["b", "a", "b"]}), _jobs=2)
    assert [headings(ax) for ax in batch.guild.slice()] == [["a", "b"], ["0.5", "1.0", "2.0"]]
    assert dots(batch.guild.history())["completed"] == [1.25, 2.0, 1.0]


def test_several_objectives_have_a_pareto_set_and_ask_which_one_is_meant(module_session):
    batch = guild_ipy.run(train, x=[0.0, 1.0, 2.0], _minimize="loss", _maximize="acc", _jobs=2)
    lines = batch.guild.pareto().get_lines()
    assert lines[2].get_xydata().tolist() == [[1, 0.5], [2, 1]]
    assert headings(batch.guild.parallel()) == ["x", "loss", "acc"]
    with pytest.raises(
        UsageError, match=r"^this batch is to minimize loss and maximize acc; name a column, such as 'lo"
    ):
        batch.guild.history()
    assert dots(batch.guild.history("acc"))["best so far"][-1] == 1.0


def test_what_cannot_be_drawn_is_one_line(grid, searched, monkeypatch):
    with pytest.raises(UsageError, match="takes a search with two objectives; this one has 1"):
        searched.guild.pareto()
    with pytest.raises(SelectError, match="'los'"):
        grid.guild.history("los")
    with pytest.raises(UsageError, match="a picture of a batch takes one column"):
        grid.guild.slice("loss, acc")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"pip install 'guild-ipy\[plots\]'"):
        grid.guild.history()
