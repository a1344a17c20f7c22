"""What the compare view asks of real searches."""

from __future__ import annotations

import json
import math
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

import guild_ipy
from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.session.session import set_session
from guild_ipy.widgets.runs_requests import RunsRequests
from guild_ipy.widgets.table_runs import TableRuns

mpl.use("Agg")


def train(lr=0.01, n=1, kind="a"):
    if kind == "c":
        raise ValueError("no such kind")
    print("loss:", (math.log10(lr) + 2) ** 2 + n / 1000)
    print("acc:", n / 100)


@pytest.fixture(scope="module")
def learned(module_session):
    """A search by TPE, with trials that fail."""
    spaces = {"lr": guild_ipy.loguniform(1e-4, 1), "n": guild_ipy.uniform(1, 90), "kind": ["a", "b", "c"]}
    return guild_ipy.run(
        train, **spaces, _optimizer="tpe", _minimize=["min loss"], _max_trials=9, _jobs=2, _random_seed=1
    )


@pytest.fixture(scope="module")
def drawn(module_session):
    """A random search, which does not say what for."""
    return guild_ipy.run(train, lr=guild_ipy.loguniform(1e-4, 1), _max_trials=5, _jobs=2, _random_seed=2)


@pytest.fixture(scope="module")
def judged(module_session):
    """A random search with two objectives."""
    space = guild_ipy.uniform(1, 90)
    return guild_ipy.run(train, n=space, _minimize="loss", _maximize="acc", _max_trials=3, _jobs=2, _random_seed=3)


@pytest.fixture
def ask(module_session):
    """Ask about trials, and the batches too if these are named, as a table of all runs is."""
    set_session(module_session)
    requests = RunsRequests(TableRuns(session=module_session, filter=EVERY), None, lambda: None)

    def ask(kind, *batches, also=(), **request):
        runs = [name for batch in batches for name in batch.trials["run"]][::-1]
        return requests.answer({"type": kind, "runs": [*runs, *also], **request})

    return ask


def numbers(buffer):
    return np.frombuffer(buffer, "<f8")


def names(batch):
    return list(batch.trials["run"])


def test_the_trials_of_a_search_are_compared_by_what_it_searches_for(learned, ask):
    answer = ask("search", learned, also=[learned.short_id], scalar="acc")
    found, number, ends, values = answer.buffers
    assert answer.content["batch"] == learned.short_id
    assert answer.content["objectives"] == [{"name": "min loss", "greatest": False}]
    assert json.loads(found) == names(learned)
    assert numbers(number).tolist() == list(range(1, 10))
    failed = [status == "error" for status in learned.trials["status"]]
    assert [end == 2 for end in np.frombuffer(ends, "<i4")] == failed
    assert np.array_equal(numbers(values), learned.trials["min loss"].astype(float), equal_nan=True)


def test_some_trials_of_a_batch_keep_their_numbers(learned, ask):
    answer = ask("search", also=names(learned)[3:6])
    assert numbers(answer.buffers[1]).tolist() == [4, 5, 6]


@pytest.mark.parametrize(("scalar", "greatest"), [("loss", False), ("acc", True)])
def test_other_runs_are_compared_by_a_scalar_in_the_order_of_their_starts(learned, drawn, ask, scalar, greatest):
    answer = ask("search", drawn, learned, scalar=scalar)
    assert (answer.content["batch"], answer.content["is_declared"]) == (None, False)
    assert answer.content["objectives"] == [{"name": scalar, "greatest": greatest}]
    assert {*json.loads(answer.buffers[0])[:9]} == {*names(learned)}
    assert answer.content["count"] == 14


def test_a_batch_that_does_not_say_what_for_is_compared_by_a_scalar(drawn, ask):
    answer = ask("search", drawn, scalar="loss")
    assert (answer.content["batch"], answer.content["is_declared"]) == (drawn.short_id, False)
    assert np.array_equal(numbers(answer.buffers[3]), drawn.trials["loss"])


def test_all_objectives_are_sent(judged, ask):
    answer = ask("search", judged)
    assert answer.content["objectives"] == [{"name": "loss", "greatest": False}, {"name": "acc", "greatest": True}]
    assert np.array_equal(numbers(answer.buffers[4]), judged.trials["acc"])


def test_runs_without_a_scalar_have_no_objective(drawn, ask):
    answer = ask("search", drawn)
    assert (answer.content["objectives"], len(answer.buffers)) == ([], 3)


def test_importances_are_those_of_the_picture(learned, ask):
    content = ask("importance", learned, also=[learned.short_id], objective="min loss").content
    bars = learned.guild.importance()
    plt.close("all")
    texts = [text.get_text() for text in bars.get_yticklabels()]
    assert [each["name"] for each in content["flags"]] == texts
    assert sum(each["importance"] for each in content["flags"]) == pytest.approx(1)
    assert content["count"] == sum(learned.trials["status"] == "completed")


def test_importances_are_of_any_runs(learned, drawn, ask):
    content = ask("importance", drawn, learned, scalar="acc").content
    assert content["objective"] == {"name": "acc", "greatest": True}
    assert {each["name"] for each in content["flags"]} == {"lr", "n", "kind"}


def test_an_importance_says_what_to_install(drawn, ask, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert "pip install 'guild-ipy[optimize]'" in ask("importance", drawn, scalar="loss").content["error"]["text"]


def test_an_objective_that_is_none_is_refused(drawn, ask):
    text = ask("importance", drawn, scalar="loss", objective="gain").content["error"]["text"]
    assert text == "these runs are not compared by 'gain'"
    assert ask("importance", drawn).content["error"]["text"] == "these runs have no number to be compared by"


@pytest.mark.parametrize("kind", ["search", "importance"])
def test_a_request_about_no_run_is_refused(ask, kind):
    assert ask(kind, scalar="loss").content["error"]["text"] == "no run was chosen"


def test_trials_of_a_batch_that_is_gone_are_compared_by_a_scalar(ask):
    batch = guild_ipy.run(train, n=[1, 2], _minimize="loss")
    trials = names(batch)
    guild_ipy.delete(batch.id)
    answer = ask("search", also=trials, scalar="acc")
    assert answer.content["objectives"] == [{"name": "acc", "greatest": True}]
    assert numbers(answer.buffers[3]).tolist() == [0.01, 0.02]
