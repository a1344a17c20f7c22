"""A search as a Python program holds it."""

from __future__ import annotations

import pandas as pd
import pytest

import guild_ipy
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.errors import RunNotFound, UsageError
from guild_ipy.session.session import set_session


def train(x=1.0):
    if x > 3:
        raise ValueError("x is above 3")
    guild_ipy.log(loss=x + 1, step=1)
    guild_ipy.log(loss=x, size=-x, step=2)


def rival(x=1.0, best=0):
    print(f"loss: {x + best}\nsize: {-x}")


@pytest.fixture(autouse=True)
def chosen_session(module_session):
    set_session(module_session)


@pytest.fixture(scope="module")
def batch(module_session):
    return guild_ipy.run(train, x=[4.0, 2.0, 1.0], _minimize="avg loss", _jobs=2)


@pytest.fixture(scope="module")
def rivals(module_session):
    return guild_ipy.run(rival, x=[2.0, 1.0], best=[0, 5], _minimize=["loss", "size"], _jobs=2)


def test_the_best_trial_of_a_search_is_told_in_the_frame(batch):
    trials = batch.trials
    assert list(trials)[:7] == ["run", "operation", "status", "label", "best", "avg loss", "loss"]
    assert trials["best"].dtype == bool
    assert trials["best"].tolist() == [False, False, True]
    assert trials["avg loss"].tolist()[1:] == [2.5, 1.5]
    assert trials["avg loss"].isna().tolist() == [True, False, False]


def test_the_best_trial_is_that_of_the_search_unless_a_column_is_named(batch):
    assert batch.best().flags["x"] == 1.0
    assert batch.best("size").flags["x"] == 2.0
    assert batch.best("loss", maximize=True).flags["x"] == 2.0
    with pytest.raises(UsageError, match="maximize is about a column; name one, such as 'avg loss'"):
        batch.best(maximize=True)


def test_with_several_objectives_the_pareto_set_is_told(rivals):
    trials = rivals.trials
    assert list(trials)[4:8] == ["run:best", "loss", "size", "step"]
    assert trials["best"].tolist() == [0, 0, 5, 5]
    assert trials["run:best"].tolist() == [True, True, False, False]
    with pytest.raises(UsageError, match=r"^this batch is to minimize loss and minimize size; name a column, such as "):
        rivals.best()


def test_the_best_is_told_beside_a_frame_that_was_given(module_session):
    frame = pd.DataFrame({"x": [2.0, 1.0, 1.5]}, index=["a", "b", "c"])
    batch = guild_ipy.run(train, _trials=frame, _maximize="loss", _jobs=2)
    found = batch.trials
    assert found["best"].dtype == bool
    assert found["best"].to_dict() == {"a": True, "b": False, "c": False}
    assert list(found).count("loss") == 1
    found.loc[["c"]].guild.delete()
    assert batch.trials["best"].dtype == "boolean"
    assert batch.trials["best"].isna().tolist() == [False, False, True]


def test_a_batch_that_searches_for_nothing_tells_no_best(module_session):
    batch = guild_ipy.run(train, x=[4.0, 5.0])
    assert "best" not in batch.trials
    with pytest.raises(UsageError, match=r"^this batch does not say what it searches for; name a column, such "):
        batch.best()


def test_without_a_number_no_trial_is_the_best(module_session):
    batch = guild_ipy.run(train, x=[4.0, 5.0], _minimize="min loss", _jobs=2)
    assert batch.trials["best"].tolist() == [False, False]
    assert batch.trials["min loss"].isna().all()
    with pytest.raises(RunNotFound, match="'min loss': no trial has completed with a number there"):
        batch.best()


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (SearchOptions(), []),
        (SearchOptions(optimizer="random"), []),
        (SearchOptions(optimizer="tpe"), ["loss"]),
        (SearchOptions(mark_best=True), ["loss"]),
        (SearchOptions(prune="median"), ["loss"]),
    ],
)
def test_trials_are_compared_by_their_loss_where_an_option_needs_it_and_nothing_is_said(options, names):
    assert [each.name for each in options.compared_by] == names
