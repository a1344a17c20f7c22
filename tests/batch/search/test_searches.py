"""Searches with an optimizer, as batches: their log, and their restarts."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.batch.batch_options import Repeat
from guild_ipy.batch.search.optuna_optimizer import OptunaOptimizer
from guild_ipy.batch.search.search_log import SearchLog, SearchRecord
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.batch.search.search_space import choice, uniform
from guild_ipy.batch.search.searcher import RecordedTrial, Searcher
from guild_ipy.domain.choosing.best import Best
from guild_ipy.errors import RunError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import start
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.session import set_session
from guild_ipy.store.events.events import find_event_files
from tests.batch.conftest import fates
from tests.batch.search.simulated_search import LOSS, keys

SCRIPT = """
import os
x = 1.0
n = 2
z = "a"
if x < 0 and os.path.exists(os.environ.get("FAIL", "no such file")):
    raise SystemExit(3)
print("loss:", (x - 0.5) ** 2 + n)
print("acc:", x)
print("val#loss:", -x)
"""
COUNT = 8


@pytest.fixture
def search(batches):
    """Start a search; the same one each time, unless something else is said."""
    Path("work.py").write_text(SCRIPT)

    def start(*, objectives=(LOSS,), **changes):
        options = {"x": uniform(-2, 2), "n": choice(1, 2, 3), "_max_trials": COUNT, "_jobs": 1, **changes}
        search = SearchOptions(optimizer="tpe", objectives=objectives, use_prior=options.pop("use_prior", False))
        request = {"spec": SpecOptions(random_seed=3), "stage": options.pop("stage", False)}
        return batches.run("work.py", request=request, **options, _search=search)

    return start


@pytest.fixture
def delete(notebook):
    set_session(notebook.context)
    yield guild_ipy.delete
    set_session(None)


def log_of(batch):
    """The lines of the log of a search but the first."""
    return [json.loads(line) for line in Path(batch.dir.trials_log).read_text().splitlines()][1:]


def flags_of(batches, batch):
    return keys(trial.flags for trial in batches.trials(batch))


def test_all_restarts_keep_what_is_there(batches, search):
    batch = search()
    before = batches.trial_ids(batch)
    flags, first = flags_of(batches, batch), Path(batch.dir.trials_log).read_text()
    assert batches.statuses(batch) == ["completed"] * COUNT

    assert fates(batches.restart(batch, _repeat=Repeat.NEEDED)) == ["skipped"] * COUNT
    assert batches.ran(batch) == []
    assert fates(batches.restart(batch)) == ["kept"] * COUNT
    assert batches.ran(batch) == before
    assert [line for line in log_of(batch) if "again" not in line] == [json.loads(each) for each in first.splitlines()][
        1:
    ]

    assert (
        fates(batches.restart(batch, _repeat=Repeat.NEEDED, _max_trials=COUNT + 2)) == ["skipped"] * COUNT + ["new"] * 2
    )
    assert batches.trial_ids(batch)[:COUNT] == before
    longer = search(_max_trials=COUNT + 2)
    assert flags_of(batches, batch) == flags_of(batches, longer)

    assert fates(batches.restart(batch, _repeat=Repeat.NEEDED, _max_trials=3)) == ["skipped"] * 3 + ["orphan kept"] * 7
    assert flags_of(batches, batch) == flags[:3]
    batches.restart(batch, _repeat=Repeat.NEEDED, _max_trials=COUNT)
    assert flags_of(batches, batch) == flags


def test_a_trial_that_was_deleted_is_made_again(batches, search, delete):
    batch = search()
    flags, third = flags_of(batches, batch), batches.trial_ids(batch)[2]
    delete(third)
    plan = batches.restart(batch, _repeat=Repeat.FAILED)
    assert fates(plan) == ["skipped"] * COUNT
    assert plan.trials[2].reason == "it has never run"
    assert fates(batches.restart(batch, _repeat=Repeat.NEEDED)) == ["skipped"] * 2 + ["new"] + ["skipped"] * 5
    assert flags_of(batches, batch) == flags
    assert third not in batches.trial_ids(batch)


def test_trials_that_failed_run_again_with_their_flags(batches, search, tmp_path, monkeypatch):
    marker = tmp_path / "fail"
    marker.touch()
    monkeypatch.setenv("FAIL", str(marker))
    batch = search()
    failed = [trial.id for trial in batches.trials(batch) if trial.flags["x"] < 0]
    assert 0 < len(failed) < COUNT
    assert [line["tell"] for line in log_of(batch) if "tell" in line and "values" not in line] == [
        number for number, id_ in enumerate(batches.trial_ids(batch)) if id_ in failed
    ]
    flags = flags_of(batches, batch)
    marker.unlink()
    batches.restart(batch, _repeat=Repeat.FAILED)
    assert batches.ran(batch) == failed
    assert batches.statuses(batch) == ["completed"] * COUNT
    assert flags_of(batches, batch) == flags


def test_another_search_begins_anew(batches, search):
    batch = search(_max_trials=3)
    for change in ({"x": uniform(-1, 1)}, {"n": 2}):
        assert fates(batches.plan(batch, **change)) == ["new"] * 3 + ["orphan kept"] * 3
    batches.restart(batch, z="b")
    assert fates(batches.plan(batch)) == ["kept"] * 3
    fresh = search(_max_trials=3, z="b")
    assert flags_of(batches, batch) == flags_of(batches, fresh)


def test_another_objective_keeps_the_trials(batches, search):
    batch = search()
    before = batches.trial_ids(batch)
    other = SearchOptions(objectives=(Best(name="acc", greatest=True), Best(name="min val#loss")))
    plan = batches.restart(batch, _repeat=Repeat.NEEDED, _search=other, _max_trials=COUNT + 1)
    assert fates(plan) == ["skipped"] * COUNT + ["new"]
    assert batches.trial_ids(batch)[:COUNT] == before
    tells = [line["values"] for line in log_of(batch) if "tell" in line]
    assert tells == [[-trial.flags["x"], trial.flags["x"]] for trial in batches.trials(batch)]


def test_without_its_log_a_search_begins_anew_and_loses_nothing(batches, search):
    batch = search(_max_trials=3)
    before, flags = batches.trial_ids(batch), flags_of(batches, batch)
    os.unlink(batch.dir.trials_log)
    assert fates(batches.restart(batch, _repeat=Repeat.NEEDED)) == ["new"] * 3 + ["orphan kept"] * 3
    assert flags_of(batches, batch) == flags
    Path(batch.dir.trials_log).write_text(Path(batch.dir.trials_log).read_text().partition("\n")[0] + "\ngarbage\n")
    assert fates(batches.restart(batch, _repeat=Repeat.NEEDED)) == ["skipped"] * 3
    assert not set(before) & set(batches.trial_ids(batch))


def test_two_jobs_complete_each_trial_once_and_a_restart_finds_the_same(batches, search):
    batch = search(_jobs=2)
    asks = [line["ask"] for line in log_of(batch) if "ask" in line]
    assert asks == list(range(COUNT))
    before = Path(batch.dir.trials_log).read_text()
    assert fates(batches.restart(batch, _repeat=Repeat.NEEDED)) == ["skipped"] * COUNT
    assert Path(batch.dir.trials_log).read_text() == before
    assert "WARNING" not in batch.output


def test_equal_trials_keep_their_places(batches, search):
    batch = search(x=1.0, n=[1, 2], _max_trials=6)
    before = batches.trial_ids(batch)
    assert len(set(flags_of(batches, batch))) < 3  # a list is a choice
    assert fates(batches.restart(batch)) == ["kept"] * 6
    assert batches.trial_ids(batch) == before


def test_earlier_runs_are_told_first(batches, search):
    first = search()
    second = search(use_prior=True, _max_trials=2)
    prior = [line for line in log_of(second) if "prior" in line]
    assert [line["prior"] for line in prior] == batches.trial_ids(first)
    assert [line["values"] for line in prior] == [[trial.scalars["loss"]] for trial in batches.trials(first)]
    batches.restart(second, _repeat=Repeat.NEEDED, _max_trials=3)
    assert [line for line in log_of(second) if "prior" in line] == prior


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_scalar_that_no_trial_reports_ends_the_batch_with_a_line(batches, search, jobs):
    with pytest.raises(RunError) as caught:
        search(objectives=(Best(name="lost"),), _jobs=jobs)
    batch = caught.value.run
    assert batch.output.endswith(
        "cannot minimize lost: the run reports no such scalar; it has 'acc', 'loss', 'val#loss' "
        "(did you mean 'loss'?)\n"
    )
    assert len(batches.trial_ids(batch)) == jobs
    other = SearchOptions(objectives=(LOSS,))
    plan = batches.restart(batch, _repeat=Repeat.NEEDED, _search=other)
    assert fates(plan)[0] == "skipped"
    assert batches.statuses(batch) == ["completed"] * COUNT


def test_the_same_search_is_not_run_twice_if_that_is_not_needed(batches, search, notebook):
    first = search(_max_trials=2)
    asked = {"spec": SpecOptions(random_seed=3), "needed": True}
    options = {"x": uniform(-2, 2), "n": choice(1, 2, 3), "_max_trials": 2, "_jobs": 1}
    tpe = SearchOptions(optimizer="tpe", objectives=(LOSS,))
    assert batches.run("work.py", request=asked, **options, _search=tpe).id == first.id
    assert batches.run("work.py", request=asked, **options, _search=replace(tpe, optimizer="qmc")).id != first.id


def test_another_optimizer_takes_over(batches, search):
    Path("echo.py").write_text("x = 1.0\ny = 2\nprint('loss:', x)")
    batch = batches.run(x=[1.0, 2.0], y=[1, 2])
    plan = batches.restart(
        batch, _search=SearchOptions(optimizer="tpe"), _max_trials=2, x=uniform(0, 1), _repeat=Repeat.ALL
    )
    assert fates(plan) == ["new"] * 2 + ["orphan kept"] * 4


def test_a_trial_that_is_deleted_before_its_turn_counts_as_failed(batches, search):
    batch = search(_max_trials=3)
    trial = batches.trials(batch)[2]
    shutil.rmtree(trial.path)
    log = SearchLog(batch.dir, {})
    searcher = Searcher(OptunaOptimizer("tpe", {}, (LOSS,), seed=1), SearchOptions(optimizer="tpe"), log)
    next(searcher.choose({0: {}}, {0: RecordedTrial(run=trial, is_done=False)}, [0], lambda *_: trial))
    searcher.ended(trial)
    log.put()
    assert log_of(batch) == [{"ask": 0, "flags": {}}, {"tell": 0}]


def test_what_a_trial_printed_counts_though_its_supervisor_was_killed(batches, search):
    batch = search(_max_trials=2)
    trial, told = batches.trials(batch)[1], log_of(batch)[-1]
    for path in find_event_files(trial.dir):
        os.unlink(path)
    Path(trial.dir.reserve).touch()  # until the supervisor has read the output
    searcher = Searcher(
        OptunaOptimizer("tpe", {}, (LOSS,), seed=1), SearchOptions(optimizer="tpe"), SearchLog(batch.dir, {})
    )
    record = SearchRecord(search={}, entries=({"ask": 1, "flags": {}}, {"again": 0, "flags": {}}))
    searcher.replay(record, {1: RecordedTrial(run=trial, is_done=True)})
    searcher._log.put()
    assert log_of(batch)[-1] == told


def test_a_staged_search_is_started(batches, search, notebook):
    batch = search(_max_trials=2, stage=True)
    assert (str(batch.status), batches.trial_ids(batch)) == ("staged", [])
    start(notebook.context, batch, LaunchOptions(), notebook.viewer)
    assert batches.statuses(batch) == ["completed"] * 2


def test_trials_that_are_listed_are_filled_up(batches):
    rows = [{"y": 1}, {"y": 2}, {"y": 3}]
    batch = batches.run(x=uniform(0, 1), _trials=rows, request={"spec": SpecOptions(random_seed=3)})
    assert [trial.flags["y"] for trial in batches.trials(batch)] == [1, 2, 3]
    assert len({trial.flags["x"] for trial in batches.trials(batch)}) == 3
    assert fates(batches.restart(batch)) == ["kept"] * 3
