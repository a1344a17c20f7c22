"""A batch as a Python program holds it."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import FlagError, RunError, RunNotFound, UsageError
from guild_ipy.session.session import Session, set_session
from guild_ipy.settings import Settings


@pytest.fixture(autouse=True)
def project(home, engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    set_session(Session(Settings(guild_home=home.path), engine=engine))
    yield tmp_path
    set_session(None)


def train(lr=0.5, n=1):
    if lr < 0:
        raise ValueError("lr is below 0")
    print("loss:", lr * n)


def layered(sizes=(8, 8), rate=1.0):
    print("loss:", rate)


def test_lists_ranges_and_arrays_make_a_batch():
    batch = guild_ipy.run(train, lr=np.array([0.5, 0.25]), n=range(1, 3), _jobs=2)
    assert isinstance(batch, guild_ipy.Batch)
    assert isinstance(batch, guild_ipy.Run)
    assert batch.trials[["lr", "n", "loss"]].to_numpy().tolist() == [
        [0.5, 1, 0.5],
        [0.5, 2, 1.0],
        [0.25, 1, 0.25],
        [0.25, 2, 0.5],
    ]
    assert batch.get("trials") == [guild_ipy.get_run(each).id for each in batch.trials["run"]]
    assert batch.summary()["trials"] == "4 completed"


def test_a_flag_that_takes_a_list_gets_one():
    run = guild_ipy.run(layered, sizes=[1, 2])
    assert not isinstance(run, guild_ipy.Batch)
    batch = guild_ipy.run(layered, sizes=[[1, 2], [3]])
    assert batch.trials["sizes"].to_list() == [[1, 2], [3]]


def test_results_join_the_frame_that_was_given():
    frame = pd.DataFrame({"lr": [0.5, 0.25, 1.0], "n": [1, 4, 3]}, index=["c", "a", "b"])
    batch = guild_ipy.run(train, _trials=frame)
    found = batch.trials
    assert found.index.to_list() == ["c", "a", "b"]
    assert found.columns[:3].to_list() == ["lr", "n", "run"]
    assert found["loss"].to_list() == [0.5, 1.0, 3.0]
    pd.testing.assert_frame_equal(found[["lr", "n"]], frame)
    assert found.guild.best("loss").flags == {"lr": 0.5, "n": 1}
    found.drop(index="c").guild.delete()
    assert batch.trials["loss"].isna().to_list() == [False, True, True]
    assert list(frame) == ["lr", "n"]


def test_a_sample_of_a_frame_has_the_rows_that_were_taken():
    frame = pd.DataFrame({"n": range(10)}, index=[f"row {n}" for n in range(10)])
    batch = guild_ipy.run(train, lr=[0.5, 1.0], _trials=frame, _max_trials=5, _random_seed=7)
    found = batch.trials
    assert len(found) == 5
    assert [f"row {n}" for n in found["n"]] == found.index.to_list()
    assert (found["loss"] == found["lr"] * found["n"]).all()


def test_a_frame_that_the_trials_no_longer_come_from_is_not_joined():
    batch = guild_ipy.run(train, _trials=pd.DataFrame({"n": [1, 2]}, index=["a", "b"]))
    again = guild_ipy.run(_restart=batch, _trials=pd.DataFrame({"n": [5, 6]}, index=["c", "d"]))
    assert again.trials.index.to_list() == ["c", "d"]
    assert batch.trials.index.to_list() == [0, 1]
    assert batch.trials["n"].to_list() == [5, 6]


def test_a_column_of_another_meaning_keeps_its_name():
    found = guild_ipy.run(train, _trials=pd.DataFrame({"n": [1, 2], "lr": [1, 2]})).trials.drop(columns="loss")
    assert found["lr"].to_list() == [1, 2]


def test_the_best_trial_has_the_least_or_the_greatest():
    batch = guild_ipy.run(train, lr=[0.5, 0.25, 1.0])
    assert batch.best("loss").flags["lr"] == 0.25
    assert batch.best("min loss", maximize=True).flags["lr"] == 1.0
    assert batch.best("max loss").flags["lr"] == 1.0
    assert batch.best("=lr", maximize=True).flags["lr"] == 1.0
    with pytest.raises(RunNotFound, match="none of these runs has a number"):
        batch.best(".label")


def test_a_plan_says_what_a_restart_would_do_and_changes_nothing():
    batch = guild_ipy.run(train, lr=[0.5, 0.25])
    before = batch.get("trials")
    plan = batch.plan_restart(needed=True, lr=[0.25, 1.0])
    assert list(plan) == ["fate", "run", "lr", "n", "reason"]
    assert plan["fate"].to_list() == ["skipped", "new", "orphan kept"]
    assert plan["run"].isna().to_list() == [False, True, False]
    assert plan.guild.flags()["lr"].to_list() == [0.25, 0.5]
    assert batch.plan["fate"].to_list() == ["kept", "kept"]
    assert batch.plan_restart(failed=True)["fate"].to_list() == ["skipped", "skipped"]
    assert batch.get("trials") == before
    assert len(guild_ipy.runs()) == 3
    with pytest.raises(UsageError, match="two things"):
        batch.plan_restart(needed=True, failed=True)
    with pytest.raises(FlagError, match="'rate'"):
        batch.plan_restart(rate=[1, 2])


def test_a_restart_does_what_the_plan_said():
    batch = guild_ipy.run(train, lr=[0.5, 0.25])
    first, second = batch.get("trials")
    guild_ipy.run(_restart=batch, _needed=True, lr=[0.25, 1.0])
    assert batch.get("trials")[0] == second
    assert guild_ipy.get_run(first).status is RunStatus.COMPLETED
    assert first not in guild_ipy.select(f"batch = {batch.id}")


def test_a_batch_that_failed_comes_with_its_error_and_runs_what_failed_again():
    with pytest.raises(RunError) as caught:
        guild_ipy.run(train, lr=[-1.0, 0.5], _fail_on_trial_error=True)
    batch = caught.value.run
    assert isinstance(batch, guild_ipy.Batch)
    assert batch.trials["status"].to_list() == ["error", "pending"]
    assert batch.plan_restart(failed=True)["fate"].to_list() == ["kept", "skipped"]


def test_staged_trials_wait_and_a_background_batch_is_waited_for():
    staged = guild_ipy.run(train, lr=[0.5, 0.25], _stage_trials=True)
    assert staged.trials["status"].to_list() == ["staged", "staged"]
    batch = guild_ipy.run(train, lr=[0.5, 0.25], _background=True)
    assert batch.wait(60) is batch
    assert batch.trials["status"].to_list() == ["completed", "completed"]


def test_a_batch_that_is_stopped_has_its_plan(project):
    (project / "slow.py").write_text(
        "import time\nx = 1\nopen('began', 'w').close()\nwhile True:\n    time.sleep(0.01)\n"
    )
    batch = guild_ipy.run("slow.py", x=[1, 2], _background=True)
    assert isinstance(batch, guild_ipy.Batch)
    while not any(Path(each.path, "began").exists() for each in map(guild_ipy.get_run, batch.trials["run"])):
        assert batch.status is not RunStatus.ERROR
    assert set(batch.plan["fate"]) == {"kept"}
    batch.stop()
    assert batch.status is RunStatus.TERMINATED
    assert batch.trials["status"].to_list() == ["terminated", "pending"]


def test_a_preview_gives_the_trials_and_runs_nothing(capsys):
    trials = guild_ipy.run(train, lr=[0.5, 0.25], n=[1, 2], _max_trials=3, _random_seed=3, _preview=True)
    assert list(trials) == ["lr", "n"]
    assert len(trials) == 3
    assert "varying: lr (2 values), n (2 values)" in capsys.readouterr().out
    assert guild_ipy.runs().empty
    batch = guild_ipy.run(train, lr=[0.5, 0.25], n=[1, 2], _max_trials=3, _random_seed=3)
    assert batch.trials[["lr", "n"]].to_numpy().tolist() == trials.to_numpy().tolist()
    capsys.readouterr()
    plan = guild_ipy.run(_restart=batch, n=[1], _preview=True)
    assert set(plan["fate"]) <= {"kept", "new", "orphan kept"}
    assert "by the median of 3 earlier runs" in capsys.readouterr().out
    assert len(guild_ipy.runs()) == 4


def test_a_batch_is_handed_out_wherever_a_run_is():
    batch = guild_ipy.run(train, lr=[0.5, 0.25])
    assert isinstance(guild_ipy.get_run(batch.id), guild_ipy.Batch)
    assert isinstance(guild_ipy.watch(batch), guild_ipy.Batch)
    copy = pickle.loads(pickle.dumps(batch))
    assert copy == batch
    assert copy.trials.equals(batch.trials)
    assert repr(batch) == f"<Batch {batch.short_id} train()+ completed>"
    assert not isinstance(batch.best("loss"), guild_ipy.Batch)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"_max_trial": 3}, "did you mean '_max_trials'"),
        ({"_max_trials": "3"}, "_max_trials takes a whole number"),
        ({"_max_trials": 0}, "not a number above 0"),
        ({"_jobs": True}, "_jobs takes a whole number"),
        ({"_stage_trials": 1}, "_stage_trials takes True or False"),
        ({"_save_trials": 3}, "_save_trials takes a path"),
        ({"_save_trials": "trials.txt"}, r"ends in .csv or .json"),
        ({"_failed": True}, "--failed goes with --restart"),
        ({"_trials": []}, "holds no trials"),
    ],
)
def test_a_wrong_option_is_refused_and_leaves_nothing(options, said):
    with pytest.raises(UsageError, match=said):
        guild_ipy.run(train, lr=[0.5, 0.25], **options)
    assert guild_ipy.runs().empty
