"""A batch is started again: what becomes of its trials, and of what users have noted on them."""

import math
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.batch.batch_options import BatchOptions, Repeat
from guild_ipy.batch.restart_batch import plan_restart, restart_batch
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import FlagError, RunError, RunStateError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import set_session
from guild_ipy.store.guild_home import Home
from guild_ipy.store.state.lock import read_lock
from guild_ipy.store.state.signals import describe_signal
from guild_ipy.verbs.running.stop import stop
from tests.batch.conftest import fates
from tests.notebook_session import wait_until

FAILS = """
import os
x = 1
y = 1
if os.path.exists(os.environ["FAIL"]) and y == 2:
    raise SystemExit(3)
"""
WAITS = """
import os, select
x = 1
print("waiting", flush=True)
while not os.path.exists(os.environ["GO"]):
    select.select([], [], [], 0.01)
"""

STAYS = """
import os, signal, threading
x = 1

def stay(*_):
    open("interrupted", "w").close()

signal.signal(signal.SIGINT, stay)
print("up", flush=True)
while True:
    threading.Event().wait(60)
"""


def is_stopping(trial):
    """Whether a trial was interrupted, and stays."""
    return os.path.exists(f"{trial.path}/interrupted")


@pytest.fixture
def verbs(notebook):
    """The verbs of Python work on the home of the notebook."""
    set_session(notebook.context)
    yield guild_ipy
    set_session(None)


@pytest.fixture
def four(batches):
    return batches.run(x=[1.0, 2.0], y=[2, 3])


@pytest.fixture
def failing(batches, tmp_path, monkeypatch):
    """A batch of which the trials with y=2 have failed, and would not fail again."""
    marker = tmp_path / "fail"
    marker.touch()
    monkeypatch.setenv("FAIL", str(marker))
    Path("fails.py").write_text(FAILS)
    batch = batches.run("fails.py", x=[1, 2], y=[1, 2])
    marker.unlink()
    return batch


def again(notebook, run, **flags):
    return restart(notebook.context, run, Change(flags=flags), LaunchOptions(), notebook.viewer)


class TestFates:
    def test_all_are_kept_after_a_success(self, batches, four):
        assert fates(batches.restart(four)) == ["kept"] * 4
        assert batches.ran(four) == batches.trial_ids(four)

    def test_a_subset_leaves_the_others_as_runs(self, batches, four):
        assert fates(batches.restart(four, x=[2.0])) == ["kept"] * 2 + ["orphan kept"] * 2
        assert fates(batches.restart(four)) == ["kept"] * 2

    def test_flags_that_did_not_vary_can(self, batches, four):
        assert fates(batches.restart(four, z=["a", "b"])) == ["kept", "new"] * 4
        assert fates(batches.restart(four)) == ["kept"] * 8

    def test_flags_that_varied_need_not(self, batches, four):
        batches.restart(four, y=3)
        assert [trial.flags for trial in batches.trials(four)] == [{"x": x, "y": 3, "z": "a"} for x in (1.0, 2.0)]
        assert fates(batches.restart(four, x=[1.0])) == ["kept", "orphan kept"]

    def test_a_flag_that_does_not_vary_is_changed_for_all(self, batches, four):
        assert fates(batches.restart(four, z="b")) == ["new"] * 4 + ["orphan kept"] * 4

    def test_several_trials_were_deleted(self, batches, four, verbs):
        before = batches.trial_ids(four)
        verbs.delete(*before[:2])
        assert fates(batches.restart(four)) == ["new", "new", "kept", "kept"]
        assert set(before[:2]).isdisjoint(batches.trial_ids(four))

    def test_a_trial_that_is_restored_in_time_is_the_same(self, batches, four, verbs):
        first = batches.trial_ids(four)[0]
        verbs.delete(first)
        verbs.restore(first)
        assert fates(batches.restart(four)) == ["kept"] * 4

    def test_a_trial_that_is_restored_after_it_was_replaced_is_a_run_of_its_own(self, batches, four, verbs):
        first = batches.trial_ids(four)[0]
        verbs.delete(first)
        batches.restart(four)
        verbs.restore(first)
        assert fates(batches.restart(four)) == ["kept"] * 4
        assert first not in batches.trial_ids(four)

    def test_trials_that_were_restarted_with_other_flags_are_orphans(self, batches, four, notebook):
        second, third = batches.trials(four)[1:3]
        for trial in (second, third):
            again(notebook, trial, x=9.0)
        assert fates(batches.restart(four)) == ["kept", "new", "new", "kept", "orphan kept", "orphan kept"]
        assert second.get("batch") is None

    def test_a_trial_that_was_changed_into_another_takes_its_place(self, batches, four, notebook):
        first, second = batches.trials(four)[:2]
        again(notebook, first, y=3)
        plan = batches.restart(four)
        assert sorted(fates(plan)) == ["kept", "kept", "kept", "new", "orphan kept"]
        assert plan.trials[1].id in {first.id, second.id}


class TestMatching:
    @pytest.mark.parametrize(
        "values",
        [[1, 1.0, True, "1"], [None, "None", 0, False], [math.nan, math.inf, -math.inf, "nan"], ["", " ", "a"]],
    )
    def test_values_of_other_types_are_other_trials(self, batches, notebook, values):
        notebook.cell("def echo(x=None):\n    return repr(x)")
        batch = batches.run("echo", x=values)
        assert [trial.result for trial in batches.trials(batch)] == list(map(repr, values))
        assert fates(batches.restart(batch)) == ["kept"] * len(values)
        assert fates(batches.restart(batch, x=values[1:])) == ["kept"] * (len(values) - 1) + ["orphan kept"]

    def test_lists_are_values_of_a_flag_that_takes_them(self, batches, notebook):
        notebook.cell("def echo(sizes: list = [8]):\n    return sizes")
        batch = batches.run("echo", sizes=[[1, 2], [1], [1.0], []])
        assert [trial.result for trial in batches.trials(batch)] == [[1, 2], [1], [1.0], []]
        assert fates(batches.restart(batch, sizes=[[1.0], [3]])) == ["kept", "new", *["orphan kept"] * 3]

    def test_a_value_that_is_there_twice_is_two_trials(self, batches):
        batch = batches.run(x=[1.0, 1.0, 2.0])
        assert fates(batches.restart(batch)) == ["kept"] * 3
        assert fates(batches.restart(batch, x=[1.0, 2.0])) == ["kept", "kept", "orphan kept"]


class TestWhichRun:
    def test_needed_passes_over_those_that_have_completed(self, batches, failing):
        before = batches.trial_ids(failing)
        assert batches.statuses(failing) == ["completed", "error"] * 2
        assert fates(batches.restart(failing, _repeat=Repeat.NEEDED)) == ["skipped", "kept"] * 2
        assert batches.ran(failing) == before[1::2]
        assert batches.statuses(failing) == ["completed"] * 4

    def test_failed_leaves_those_that_have_never_run(self, batches, failing, verbs):
        verbs.delete(batches.trial_ids(failing)[0])
        plan = batches.restart(failing, _repeat=Repeat.FAILED)
        assert fates(plan) == ["skipped", "kept", "skipped", "kept"]
        assert plan.trials[0].reason == "it has never run"
        assert batches.statuses(failing) == ["completed"] * 3

    def test_what_ran_the_last_time_alone_is_not_remembered(self, batches, four):
        batches.restart(four, _repeat=Repeat.NEEDED)
        assert fates(batches.restart(four)) == ["kept"] * 4


class TestRemembered:
    def test_flags_and_options_of_the_last_time_are(self, batches):
        batch = batches.run(x=[1.0, 2.0], _jobs=2, request={"launch": LaunchOptions(isolation="fresh")})
        batches.restart(batch, y=[5, 6])
        plan = batches.plan(batch)
        assert plan.grid.values == {"x": [1.0, 2.0], "y": [5, 6]}
        assert (plan.options.jobs, plan.meta.program.isolation) == (2, "fresh")

    def test_a_sample_is(self, batches):
        batch = batches.run(x=[float(n) for n in range(50)], _max_trials=3)
        assert fates(batches.restart(batch)) == ["kept"] * 3
        plan = batches.restart(batch, _max_trials=5)
        assert len(batches.trial_ids(batch)) == 5 == len(batches.plan(batch).trials), plan

    def test_code_is_that_of_the_first_time(self, batches, four):
        Path("echo.py").write_text("x = 1.0\ny = 2\nz = 'a'\nprint('changed')\n")
        batches.restart(four, y=[3, 4])
        assert [trial.output for trial in batches.trials(four)] == [
            f"{x} {y} 'a'\n" for x in (1.0, 2.0) for y in (3, 4)
        ]

    def test_a_label_of_the_batch_says_its_flags_unless_it_was_given(self, batches, four, verbs):
        batches.restart(four, y=4)
        assert four.label == "x=[1.0, 2.0] y=[4]"
        verbs.label(four, set="mine")
        batches.restart(four, y=[5, 6])
        assert four.label == "mine"

    def test_what_users_have_noted_on_trials_survives(self, batches, four, verbs):
        trial = batches.trials(four)[1]
        verbs.label(trial, set="best")
        verbs.tag(trial, add="blue")
        verbs.mark(trial)
        verbs.comment(trial, add="look")
        batches.restart(four)
        batches.restart(four, y=[3, 4])
        assert (trial.label, trial.tags, trial.marked) == ("best", ("blue",), True)
        assert [comment.body for comment in trial.comments] == ["look"]


class TestStaged:
    def test_trials_that_are_staged_run_with_their_ids(self, batches):
        batch = batches.run(x=[1.0, 2.0], _stage_trials=True)
        before = batches.trial_ids(batch)
        assert batches.statuses(batch) == ["staged"] * 2
        assert fates(batches.restart(batch)) == ["kept"] * 2
        assert batches.trial_ids(batch) == before
        assert batches.statuses(batch) == ["completed"] * 2

    def test_a_staged_trial_is_started_alone(self, batches, notebook):
        batch = batches.run(x=[1.0, 2.0], _stage_trials=True)
        start(notebook.context, batches.trials(batch)[0], LaunchOptions(), notebook.viewer)
        again(notebook, batches.trials(batch)[1])
        assert fates(batches.restart(batch, _repeat=Repeat.NEEDED)) == ["skipped"] * 2

    def test_staging_again_stages_what_is_new_and_leaves_what_has_run(self, batches, four):
        batches.restart(four, y=[3, 4], _stage_trials=True)
        assert batches.statuses(four) == ["completed", "staged"] * 2

    def test_a_staged_batch_is_started(self, batches, notebook):
        batch = batches.run(x=[1.0, 2.0], request={"stage": True})
        assert (batch.status, batches.trial_ids(batch)) == (RunStatus.STAGED, [])
        start(notebook.context, batch, LaunchOptions(), notebook.viewer)
        assert batches.statuses(batch) == ["completed"] * 2

    def test_a_batch_is_staged_again_with_other_flags(self, batches, four, notebook):
        plan = batches.restart(four, stage=True, y=[3, 4])
        assert four.status is RunStatus.STAGED
        before = batches.trial_ids(four)
        start(notebook.context, four, LaunchOptions(), notebook.viewer)
        batches.check(four, plan, before)
        assert batches.statuses(four) == ["completed"] * 4


class TestRefused:
    @pytest.fixture
    def waiting(self, batches, tmp_path, monkeypatch):
        """A batch in the background, whose first trial waits."""
        monkeypatch.setenv("GO", str(tmp_path / "go"))
        Path("waits.py").write_text(WAITS)
        batch = batches.run("waits.py", x=[1, 2], request={"launch": LaunchOptions(background=True)})
        wait_until(lambda: "waiting" in batch.output)
        yield batch
        (tmp_path / "go").touch()
        batch.wait(20)

    def test_a_batch_at_work_is_not_restarted(self, batches, waiting):
        with pytest.raises(RunStateError, match=f"batch {waiting.short_id} is running; stop it first"):
            batches.plan(waiting)

    def test_a_batch_is_not_restarted_while_a_trial_runs(self, batches, waiting, tmp_path, notebook):
        stop(notebook.context, [waiting])
        first = batches.trials(waiting)[0]
        restart(notebook.context, first, Change(), LaunchOptions(background=True), notebook.viewer)
        with pytest.raises(RunStateError, match=f"trial {first.short_id} of batch {waiting.short_id} is running"):
            batches.plan(waiting)
        (tmp_path / "go").touch()
        first.wait(20)
        assert fates(batches.restart(waiting)) == ["kept", "kept"]

    def test_wrong_flags_change_nothing(self, batches, four):
        before = (four.get("trials"), batches.plan(four).grid)
        with pytest.raises(FlagError):
            batches.restart(four, x=["text", 1.0])
        with pytest.raises(FlagError):
            batches.restart(four, no_flag=[1, 2])
        assert (four.get("trials"), batches.plan(four).grid) == before

    def test_one_that_is_declined_changes_nothing(self, batches, four, notebook):
        before = batches.plan(four).grid
        notebook.viewer.agrees = False
        plan = batches.plan(four, y=[8])
        assert restart_batch(notebook.context, plan, LaunchOptions(), notebook.viewer) is None
        assert batches.plan(four).grid == before


class TestStopped:
    def test_the_running_trial_is_terminated_and_the_rest_is_pending(self, batches, notebook, tmp_path, monkeypatch):
        monkeypatch.setenv("GO", str(tmp_path / "go"))
        Path("waits.py").write_text(WAITS)
        batch = batches.run("waits.py", x=[1, 2, 3], request={"launch": LaunchOptions(background=True)})
        wait_until(lambda: "waiting" in batch.output)
        stop(notebook.context, [batch])
        assert (str(batch.status), batches.statuses(batch)) == ("terminated", ["terminated", "pending", "pending"])
        (tmp_path / "go").touch()
        assert fates(batches.restart(batch)) == ["kept"] * 3
        assert batches.statuses(batch) == ["completed"] * 3

    def test_a_batch_whose_trial_fails_ends_with_it_if_so_asked(self, batches, tmp_path, monkeypatch):
        (tmp_path / "fail").touch()
        monkeypatch.setenv("FAIL", str(tmp_path / "fail"))
        Path("fails.py").write_text(FAILS)
        with pytest.raises(RunError) as caught:
            batches.run("fails.py", y=[1, 2, 3], _fail_on_trial_error=True)
        assert batches.statuses(caught.value.run) == ["completed", "error", "pending"]

    def test_a_second_interrupt_leaves_at_once(self, batches, no_process_left):
        Path("stays.py").write_text(STAYS)
        launch = LaunchOptions(background=True)
        batch = batches.run("stays.py", x=[1, 2, 3], _jobs=2, request={"launch": launch})
        wait_until(lambda: [trial.output for trial in batches.trials(batch)][:2] == ["up\n"] * 2)
        process = read_lock(batch.dir).run.pid
        os.kill(process, signal.SIGINT)
        wait_until(lambda: all(is_stopping(trial) for trial in batches.trials(batch)[:2]))
        os.kill(process, signal.SIGINT)
        batch.wait(3)  # the trials would have 5 seconds
        assert (str(batch.status), batches.statuses(batch)) == ("terminated", ["terminated", "terminated", "pending"])
        assert {describe_signal(trial.dir, -9) for trial in batches.trials(batch)[:2]} == {"terminated (SIGKILL)"}


class TestElsewhere:
    def test_a_home_with_a_batch_that_was_copied_lists_it(self, batches, four, tmp_path, guild_command):
        shutil.copytree(batches.notebook.context.home.path, tmp_path / "copy", symlinks=True)
        elsewhere = batches.notebook.context.at(Home(f"{tmp_path}/copy"))
        listed = {run.id: run for run in list_runs(elsewhere)}
        assert set(listed) == {four.id, *batches.trial_ids(four)}
        assert all(str(run.status) == "completed" for run in listed.values())
        plan = plan_restart(elsewhere, listed[four.id], {}, BatchOptions())
        assert fates(plan) == ["kept"] * 4
        command = [guild_command, "-H", f"{tmp_path}/copy", "runs"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert shown.count("echo.py") == 5


class TestPending:
    @pytest.fixture
    def pending(self, batches, tmp_path, monkeypatch):
        """A batch with one trial that has failed, and two that are pending."""
        (tmp_path / "fail").touch()
        monkeypatch.setenv("FAIL", str(tmp_path / "fail"))
        Path("fails.py").write_text(FAILS)
        with pytest.raises(RunError) as caught:
            batches.run("fails.py", y=[2, 3, 4], _fail_on_trial_error=True)
        (tmp_path / "fail").unlink()
        return caught.value.run

    def test_they_can_be_marked_labelled_and_deleted(self, batches, pending, verbs):
        assert batches.statuses(pending) == ["error", "pending", "pending"]
        second, third = batches.trials(pending)[1:]
        verbs.mark(second)
        verbs.label(second, set="mine")
        verbs.delete(third)
        assert fates(batches.restart(pending)) == ["kept", "kept", "new"]
        assert (second.marked, second.label, str(second.status)) == (True, "mine", "completed")

    def test_stopping_them_harms_nothing(self, batches, pending, notebook):
        assert stop(notebook.context, batches.trials(pending)) == []
        assert batches.statuses(pending) == ["error", "pending", "pending"]

    def test_they_can_be_run_alone(self, batches, pending, notebook):
        again(notebook, batches.trials(pending)[1])
        assert batches.statuses(pending) == ["error", "completed", "pending"]
        assert fates(batches.restart(pending, _repeat=Repeat.NEEDED)) == ["kept", "skipped", "kept"]
