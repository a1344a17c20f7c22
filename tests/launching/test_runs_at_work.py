"""What holds of runs at work, wherever they work: on this machine, or on workers in this process or in others."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunTaken
from guild_ipy.launching.at_work.bins import Slot
from guild_ipy.launching.at_work.work_place import WorkPlace, open_runs_at_work
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.viewer import SilentViewer
from tests.notebook_session import wait_until

SCRIPT = """
import os, time
x = 1
wait = False
print("x is", x, os.environ.get("OMP_NUM_THREADS"), flush=True)
while wait and not os.path.exists("go"):
    time.sleep(0.01)
if x > 9:
    raise ValueError("too large")
"""


@pytest.fixture
def stage(notebook):
    Path("echo.py").write_text(SCRIPT)

    def stage(resources=None, **flags):
        spec = SpecOptions(resources=resources)
        return notebook.run("echo.py", request={"stage": True, "spec": spec}, **flags)

    return stage


class Contract:
    """What each implementation keeps; subclasses say where."""

    @pytest.fixture
    def place(self):
        raise NotImplementedError

    @pytest.fixture
    def at_work(self, notebook, place):
        made = open_runs_at_work(notebook.context, LaunchOptions(), place)
        wait_until(lambda: made.capacity, seconds=60)
        yield made
        made.close()

    @staticmethod
    def wait_for(at_work, count):
        """Wait until so many runs are at work no more, and return them."""
        ended = []
        wait_until(lambda: ended.extend(at_work.wait()) or len(ended) >= count, seconds=60)
        assert len(ended) == count
        return ended

    def test_staged_runs_are_run_to_their_ends(self, at_work, stage):
        runs = [stage(x=x) for x in (1, 2, 10)]
        for each in runs:
            at_work.begin(each, only_waiting=True)
        assert len(at_work) == 3
        ended = self.wait_for(at_work, 3)
        assert {each.run for each in ended} == set(runs)
        assert [str(each.status) for each in runs] == ["completed", "completed", "error"]
        assert [each.output.split()[2] for each in runs] == ["1", "2", "10"]
        assert (len(at_work), at_work.runs) == (0, ())

    def test_what_a_run_prints_is_printed_here(self, at_work, stage, capsys):
        at_work.begin(stage(x=3), only_waiting=True)
        self.wait_for(at_work, 1)
        assert "x is 3" in capsys.readouterr().out

    def test_a_run_that_has_run_meanwhile_is_not_run_again(self, at_work, stage, notebook):
        made = stage(x=1)
        done = restart(notebook.context, made, Change(), LaunchOptions(), SilentViewer())
        started = done.get("started")
        assert isinstance(self.refusal(at_work, made), RunTaken)
        assert (made.get("started"), made.status) == (started, RunStatus.COMPLETED)

    def test_a_run_that_is_deleted_is_refused(self, at_work, stage):
        made = stage(x=1)
        shutil.rmtree(made.path)
        assert self.refusal(at_work, made)
        assert not os.path.exists(made.path)

    def refusal(self, at_work, run):
        """Ask for a run that cannot be started; why it was not."""
        try:
            at_work.begin(run, only_waiting=True)
        except Exception as error:  # noqa: BLE001 - it may be told at once, or later
            return error
        return self.wait_for(at_work, 1)[0].not_begun

    def test_one_run_is_stopped_and_another_goes_on(self, at_work, stage):
        stopped, other = runs = [stage(wait=True, x=x) for x in (1, 2)]
        for each in runs:
            at_work.begin(each, only_waiting=True)
        self.wait_until_running(at_work, runs)
        at_work.stop_soon(stopped)
        assert self.wait_for(at_work, 1)[0].run == stopped
        assert at_work.runs == (other,)
        (other.path / "go").touch()
        self.wait_for(at_work, 1)
        assert (stopped.status, other.status) == (RunStatus.TERMINATED, RunStatus.COMPLETED)

    def test_all_are_stopped(self, at_work, stage):
        runs = [stage(wait=True, x=x) for x in (1, 2)]
        for each in runs:
            at_work.begin(each, only_waiting=True)
        self.wait_until_running(at_work, runs)
        assert {each.run for each in at_work.stop()} == set(runs)
        assert {each.status for each in runs} == {RunStatus.TERMINATED}

    def test_what_was_stopped_can_be_asked_for_again(self, at_work, notebook, place, stage):
        runs = [stage(wait=True, x=x) for x in range(5)]
        for each in runs:
            at_work.begin(each, only_waiting=True)
        self.wait_until_running(at_work, runs[:1])
        at_work.stop()
        for each in runs:
            (each.path / "go").touch()
        another = open_runs_at_work(notebook.context, LaunchOptions(), place)
        wait_until(lambda: another.capacity, seconds=60)
        for each in runs:
            another.begin(each)
        self.wait_for(another, 5)
        another.close()
        assert {each.status for each in runs} == {RunStatus.COMPLETED}

    def test_a_trial_is_changed_before_it_is_run(self, at_work, notebook, stage):
        trial = stage(x=1)
        written = []
        at_work.begin(trial, write=lambda: written.append(trial.status))
        self.wait_for(at_work, 1)
        assert (written, trial.status) == ([RunStatus.PENDING], RunStatus.COMPLETED)

    def test_a_completed_run_can_be_run_again(self, at_work, notebook, stage):
        made = stage(x=1)
        restart(notebook.context, made, Change(), LaunchOptions(), SilentViewer())
        started = made.get("started")
        at_work.begin(made)
        self.wait_for(at_work, 1)
        assert made.status is RunStatus.COMPLETED
        assert made.get("started") > started

    def test_a_run_knows_the_processors_that_it_was_given(self, at_work, stage):
        made = stage(resources="cpus=2")
        slot = at_work.bins(()).find_slot({"cpus": 2.0})
        assert isinstance(slot, Slot)
        at_work.begin(made, slot, only_waiting=True)
        self.wait_for(at_work, 1)
        assert made.output == "x is 1 2\n"
        assert at_work.bins(()).lacking({"licences": 1.0}) == "licences=1, and there is 0"

    def test_waiting_ends_when_a_file_can_be_read(self, at_work):
        readable, writable = os.pipe()
        threading.Timer(0.1, os.write, (writable, b"x")).start()
        assert at_work.wait([readable], timeout=60) == []
        os.close(readable)
        os.close(writable)

    @staticmethod
    def wait_until_running(at_work, runs):
        def are_running():
            at_work.wait()
            return all(each.output for each in runs)

        wait_until(are_running, seconds=60)


class TestLocalRuns(Contract):
    @pytest.fixture
    def place(self):
        return WorkPlace(jobs=3)


class TestRunsOfWorkersInThisProcess(Contract):
    @pytest.fixture
    def place(self):
        return WorkPlace(jobs=3, dask="local")


class TestRunsOfOtherWorkers(Contract):
    @pytest.fixture
    def place(self, cluster):
        cluster.start_worker(threads=3, resources="cpus=4")
        return WorkPlace(dask=cluster.file)

    def test_an_end_whose_news_is_lost_with_the_cluster_is_read_in_the_run(self, at_work, stage, cluster):
        made = stage(x=4)
        at_work.begin(made, only_waiting=True)
        wait_until(at_work._active[0].task.done)
        cluster.end()
        (ended,) = self.wait_for(at_work, 1)
        assert (ended.run, ended.not_begun, made.status) == (made, None, RunStatus.COMPLETED)

    def test_a_stop_without_a_scheduler_leaves_what_was_not_begun(self, at_work, stage, cluster):
        runs = [stage(wait=True, x=x) for x in range(4)]
        for each in runs:
            at_work.begin(each, only_waiting=True)
        self.wait_until_running(at_work, runs[:3])
        cluster.kill_scheduler()
        assert {each.run for each in at_work.stop()} == set(runs[:3])
        assert [str(each.status) for each in runs] == ["terminated"] * 3 + ["staged"]
