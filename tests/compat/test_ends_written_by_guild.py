"""The end of runs of ours that guild has started: guild writes it, some time after the process of the run has ended.

Guild is stopped before that process ends, which makes the time as long as a test likes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.domain.status import RunStatus
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.launching.restart import Change, restart
from guild_ipy.linux import process_start
from guild_ipy.pipelines.run_request import run_request
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.settling import settle_run
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.state.lock import read_lock
from guild_ipy.verbs.running.stop import stop
from tests.faults.processes import read_process
from tests.notebook_session import wait_until

pytestmark = pytest.mark.guild

_HELD = """
import os, sys, time
code = 0
print("begun", flush=True)
while not os.path.exists("../../go"):
    time.sleep(0.01)
sys.exit(code)
"""
_GUILD_FILE = """
command: {exec: "sh -c 'echo begun; until test -e ../../go; do sleep 0.01; done; exit ${code}'", flags: {code: 0}}
steps: {steps: [{run: held.py}]}
"""
_FUNCTION = f"""
import guild_ipy
def held(code: int = 0):
    exec({_HELD.replace("code = 0", "")!r}, {{"code": code}})
print(guild_ipy.run(held, code=CODE, _stage=True).id)
"""
_WORDS = {"script": "held.py", "batch": "held.py", "notebook": "held.ipynb"}


class Held:
    """Runs that wait until they are let go, started by a guild that can be stopped."""

    def __init__(self, bench) -> None:
        self.bench = bench
        self._started: list[subprocess.Popen[bytes]] = []
        self._guild = 0

    def stage(self, operation: str, **flags: object) -> Run:
        if operation == "function":
            (self.bench.project / "function.py").write_text(_FUNCTION.replace("CODE", str(flags["code"])))
            return Run(self.bench.context.home.run_dir(self.bench._call(sys.executable, "function.py").split()[-1]))
        request = RunRequest(operation=_WORDS.get(operation, operation), flags=flags, stage=True)
        made = run_request(self.bench.context, request, BatchOptions(), SilentViewer())
        assert isinstance(made, Run)
        return made

    def start(self, run: Run) -> None:
        """Have guild start a run, and stop guild."""
        self.run_guild(run)
        wait_until(self._has_begun, seconds=60)
        lock = read_lock(run.dir)
        assert lock is not None
        self.pid = lock.run.pid
        self._guild = read_process(self.pid).parent
        os.kill(self._guild, signal.SIGSTOP)

    def run_guild(self, run: Run) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "GUILD_HOME": self.bench.context.home.path, "NO_PIP_FREEZE": "1"}
        command = [self.bench.command, "run", "-y", "--start", run.id]
        nothing = subprocess.DEVNULL
        started = subprocess.Popen(command, cwd=self.bench.project, env=environment, stdout=nothing, stderr=nothing)
        self._started.append(started)
        return started

    def _has_begun(self) -> bool:
        return any("begun" in each.output for each in self.bench.runs() if not os.path.exists(each.dir.staged))

    def let_go(self) -> None:
        """Let the run go on, and wait until its process has ended."""
        Path(self.bench.context.home.path, "go").touch()
        self.wait_for_end()

    def wait_for_end(self) -> None:
        wait_until(lambda: process_start(self.pid) is None, seconds=60)

    def resume_guild(self) -> None:
        os.kill(self._guild, signal.SIGCONT)
        self._started[-1].wait()

    def kill_guild(self) -> None:
        os.kill(self._guild, signal.SIGKILL)
        wait_until(lambda: process_start(self._guild) is None)

    def close(self) -> None:
        for process in self._started:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


@pytest.fixture
def held(bench, monkeypatch) -> Iterator[Held]:
    (bench.project / "held.py").write_text(_HELD)
    (bench.project / "guild.yml").write_text(_GUILD_FILE)
    cell = {"cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": []}
    cell["source"] = _HELD.replace("sys.exit(code)", "assert code == 0")
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (bench.project / "held.ipynb").write_text(json.dumps(notebook))
    monkeypatch.chdir(bench.project)
    made = Held(bench)
    yield made
    made.close()


def look(held: Held, run: Run) -> RunStatus:
    """Look as every verb does, which settles what has been lost."""
    settle_run(run.dir)
    (listed,) = (each for each in list_runs(held.bench.context) if each.id == run.id)
    return listed.status


@pytest.mark.parametrize(
    ("operation", "code", "status"),
    [
        ("script", 0, RunStatus.COMPLETED),
        ("script", 3, RunStatus.ERROR),
        ("function", 0, RunStatus.COMPLETED),
        ("function", 3, RunStatus.ERROR),
        ("command", 0, RunStatus.COMPLETED),
        ("command", 3, RunStatus.ERROR),
        ("notebook", 0, RunStatus.COMPLETED),
        ("notebook", 1, RunStatus.ERROR),
    ],
)
def test_a_run_is_running_until_guild_has_written_its_end(held, operation, code, status):
    run = held.stage(operation, code=code)
    held.start(run)
    held.let_go()
    assert look(held, run) is RunStatus.RUNNING
    assert (run.get("exit_status"), run.get("stopped")) == (None, None)
    held.resume_guild()
    assert (look(held, run), run.exit_status) == (status, code)
    assert not os.path.exists(run.dir.lock)


@pytest.mark.parametrize(
    ("operation", "flags"), [("batch", {"code": [0, 0]}), ("steps", {}), ("queue", {"run-once": True})]
)
def test_what_starts_runs_is_running_until_guild_has_written_its_end(held, operation, flags):
    run = held.stage(operation, **flags)
    held.stage("script")  # for the queue
    held.start(run)
    held.let_go()
    assert look(held, run) is RunStatus.RUNNING
    held.resume_guild()
    assert look(held, run) is RunStatus.COMPLETED


@pytest.mark.parametrize(
    ("operation", "code", "status"),
    [
        ("script", 0, RunStatus.COMPLETED),
        ("function", 3, RunStatus.ERROR),
        ("notebook", 0, RunStatus.COMPLETED),
        ("command", 0, RunStatus.TERMINATED),  # it has taken the place of the process that could say it
    ],
)
def test_a_run_whose_guild_was_killed_ended_as_it_says_itself(held, operation, code, status):
    run = held.stage(operation, code=code)
    held.start(run)
    held.kill_guild()
    assert look(held, run) is RunStatus.RUNNING
    held.let_go()
    assert look(held, run) is status
    assert run.exit_status == (code if status is not RunStatus.TERMINATED else -signal.SIGKILL)


@pytest.mark.parametrize("end_guild", [Held.resume_guild, Held.kill_guild])
def test_a_run_that_was_killed_is_terminated(held, end_guild: Callable[[Held], None]):
    run = held.stage("script")
    held.start(run)
    os.kill(held.pid, signal.SIGKILL)
    held.wait_for_end()
    assert look(held, run) is RunStatus.RUNNING
    end_guild(held)
    assert (look(held, run), run.exit_status) == (RunStatus.TERMINATED, -signal.SIGKILL)


def test_a_stop_waits_until_guild_has_written_the_end(held):
    run = held.stage("script")
    held.start(run)
    os.kill(held._guild, signal.SIGCONT)
    stop(held.bench.context, [run])
    assert (run.status, run.exit_status) == (RunStatus.TERMINATED, -signal.SIGINT)


def test_a_restart_forgets_the_guild_that_started_the_run_before(held):
    run = held.stage("script")
    held.start(run)
    held.let_go()
    held.resume_guild()
    assert os.path.exists(run.dir.guild_process)
    restart(held.bench.context, run, Change(), LaunchOptions(), SilentViewer())
    assert not os.path.exists(run.dir.guild_process)


def test_a_program_started_by_hand_says_nothing_of_the_end_of_its_run(held):
    run = held.stage("script")
    Path(held.bench.context.home.path, "go").touch()
    subprocess.run([sys.executable, run.dir.main], check=True, capture_output=True)
    assert not os.path.exists(run.dir.guild_process)
    assert not os.path.exists(run.dir.job_exit_status)
    assert look(held, run) is RunStatus.STAGED


@pytest.mark.parametrize("operation", ["script", "command"])
def test_who_looks_all_the_time_sees_no_end_but_that_of_guild(held, operation):
    Path(held.bench.context.home.path, "go").touch()
    for _ in range(3):
        run, seen = held.stage(operation), []
        guild = held.run_guild(run)
        while guild.poll() is None:
            seen.append(look(held, run))
        assert set(seen) <= {RunStatus.STAGED, RunStatus.PENDING, RunStatus.RUNNING, RunStatus.COMPLETED}
        assert look(held, run) is RunStatus.COMPLETED
