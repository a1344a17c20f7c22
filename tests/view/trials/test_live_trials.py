"""The trials of real batches, as they are read while the batch goes."""

import os

import pytest

from guild_ipy.batch.batch_options import BatchOptions, Repeat
from guild_ipy.batch.new_batch import run_batch
from guild_ipy.batch.restart_batch import plan_restart, restart_batch
from guild_ipy.domain.status import RunStatus
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.trash import delete_run
from guild_ipy.view.trials.batch_progress import describe_trials, measure_progress
from guild_ipy.view.trials.live_trials import LiveTrials
from tests.notebook_session import wait_until

TRAIN = """
import os, time
def train(x=1, path="", fail=0):
    while path and not os.path.exists(f"{path}/{x}"): time.sleep(0.005)
    print("loss:", x / 4, flush=True)
    if x == fail: raise ValueError("x is %s" % x)
"""


@pytest.fixture
def batch(notebook):
    """Run a batch of `train`."""
    notebook.cell(TRAIN)

    def run(*, options=None, launch=None, **flags):
        request = RunRequest(operation="train", flags=flags, launch=launch or LaunchOptions())
        return run_batch(notebook.context, request, options or BatchOptions(), SilentViewer())

    return run


def look(live):
    live.update()
    return measure_progress(live)


def states(progress):
    return {str(status): [trial.number for trial in trials] for status, trials in progress.by_state.items()}


def test_an_ended_batch_is_told_in_a_line(batch):
    line = describe_trials(batch(x=[3, 1, 2], fail=3).dir)
    assert line.startswith("3 trials: 2 completed, 1 error · best loss 0.25 (")


def test_a_run_that_is_no_batch_is_not_told(notebook):
    assert describe_trials(notebook.run(print).dir) == ""


def test_trials_are_seen_as_they_begin_and_end(batch, tmp_path):
    run = batch(x=[1, 2, 3], fail=1, path=str(tmp_path), launch=LaunchOptions(background=True))
    live = LiveTrials(run.dir)
    wait_until(lambda: states(look(live)) == {"running": [1], "pending": [2, 3]})
    assert look(live).left is None
    (tmp_path / "1").touch()
    wait_until(lambda: states(look(live)) == {"error": [1], "running": [2], "pending": [3]})
    progress = look(live)
    assert progress.left is not None
    assert progress.best is None
    (failed,) = progress.by_state[RunStatus.ERROR]
    assert (failed.error, dict(failed.scalars)) == ("ValueError: x is 1", {"loss": 0.25})
    (tmp_path / "2").touch()
    (tmp_path / "3").touch()
    wait_until(lambda: states(look(live)) == {"completed": [2, 3], "error": [1]})
    run.wait()
    assert look(live).left is None
    assert live.varied == ("x",)


@pytest.mark.parametrize(
    ("repeat", "first"),
    [
        (Repeat.ALL, {"running": [1], "pending": [2, 3]}),
        (Repeat.NEEDED, {"completed": [1, 3], "running": [2]}),
        (Repeat.FAILED, {"completed": [1, 3], "running": [2]}),
    ],
)
def test_trials_that_a_restart_runs_again_are_pending(batch, notebook, tmp_path, repeat, first):
    for x in (1, 2, 3):
        (tmp_path / str(x)).touch()
    run = batch(x=[1, 2, 3], path=str(tmp_path), fail=2)
    for x in (1, 2, 3):
        (tmp_path / str(x)).unlink()
    plan = plan_restart(notebook.context, run, {}, BatchOptions(repeat=repeat))
    restart_batch(notebook.context, plan, LaunchOptions(background=True), SilentViewer())
    live = LiveTrials(run.dir)
    wait_until(lambda: states(look(live)) == first)
    for x in (1, 2, 3):
        (tmp_path / str(x)).touch()
    run.wait()
    assert states(look(live)) == {"completed": [1, 3], "error": [2]}


def test_a_trial_that_was_deleted_is_gone(batch, notebook):
    run = batch(x=[1, 2, 3])
    live = LiveTrials(run.dir)
    trials = look(live).by_state[RunStatus.COMPLETED]
    delete_run(notebook.context.home, trials[0].dir)
    assert states(look(live)) == {"completed": [2, 3]}


def test_only_trials_that_can_have_changed_are_read(batch, monkeypatch):
    live = LiveTrials(batch(x=[1, 2, 3]).dir)
    look(live)
    monkeypatch.setattr("guild_ipy.view.trials.live_trials.read_run", None)
    assert states(look(live)) == {"completed": [1, 2, 3]}


def test_a_damaged_list_of_trials_is_none(batch):
    run = batch(x=[1, 2], options=BatchOptions(stage_trials=True))
    with open(run.dir.attr("trials"), "w") as file:
        file.write("{")
    assert states(look(LiveTrials(run.dir))) == {}
    os.unlink(run.dir.attr("trials"))
    assert states(look(LiveTrials(run.dir))) == {"staged": [1, 2]}
