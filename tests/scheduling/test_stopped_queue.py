"""How a queue has ended: one that was stopped is completed, since it works until then; one that was killed is not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.state.lock import LockContent, read_lock
from guild_ipy.verbs.running.stop import stop

_COMMAND = [sys.executable, "-m", "guild_ipy"]


def lock_of(run: Run) -> LockContent:
    lock = read_lock(run.dir)
    assert lock is not None
    return lock


def signal_run(queue: Run, number: int) -> None:
    os.kill(lock_of(queue).run.pid, number)


def signal_supervisor(queue: Run, number: int) -> None:
    supervisor = lock_of(queue).supervisor
    assert supervisor is not None
    os.kill(supervisor.pid, number)


def at_shell(queues, *words: str) -> None:
    environment = {**os.environ, "GUILD_HOME": queues.notebook.context.home.path}
    subprocess.run([*_COMMAND, *words], env=environment, check=True, capture_output=True)


WAYS = {
    "queue stop": lambda queues, queue: at_shell(queues, "queue", "stop", queue.id),
    "queue stop --now": lambda queues, queue: at_shell(queues, "queue", "stop", "--now", queue.id),
    "stop": lambda queues, queue: at_shell(queues, "stop", "-y", queue.id),
    "SIGTERM": lambda _, queue: signal_run(queue, signal.SIGTERM),
    "SIGINT": lambda _, queue: signal_run(queue, signal.SIGINT),
    "SIGTERM for its supervisor": lambda _, queue: signal_supervisor(queue, signal.SIGTERM),
}


def start_queue(queues) -> Run:
    queue = queues.start()
    queues.wait_for(lambda: "Waiting" in queue.output)
    return queue


@pytest.mark.parametrize("stops", WAYS.values(), ids=WAYS.keys())
def test_a_queue_that_is_stopped_is_completed(queues, stops: Callable[..., None]):
    queue = start_queue(queues)
    stops(queues, queue)
    queues.wait_for(lambda: queue.has_ended)
    assert (queue.status, queue.exit_status) == (RunStatus.COMPLETED, 0)


def test_a_queue_that_is_stopped_with_its_run_is_completed_and_the_run_is_not(queues):
    Path("wait.py").write_text("import time\nprint('begun', flush=True)\ntime.sleep(600)\n")
    run, queue = queues.stage("wait.py"), queues.start()
    queues.wait_for(lambda: run.output == "begun\n")
    stop(queues.notebook.context, [queue])
    assert (queue.status, run.status) == (RunStatus.COMPLETED, RunStatus.TERMINATED)


def test_ctrl_c_in_the_console_of_a_queue_completes_it(queues):
    environment = {**os.environ, "GUILD_HOME": queues.notebook.context.home.path}
    command = [*_COMMAND, "run", "queue", "-y"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as console:
        assert console.stdout is not None
        assert "Waiting for staged runs" in console.stdout.readline()
        console.send_signal(signal.SIGINT)
        rest = console.stdout.read()
    (queue,) = list_runs(queues.notebook.context)
    assert (queue.status, queue.exit_status) == (RunStatus.COMPLETED, 0)
    assert "queue completed in" in rest
    assert console.returncode == 130  # as that of each program that Ctrl-C ends


def test_a_queue_that_is_killed_is_terminated(queues):
    queue = start_queue(queues)
    signal_run(queue, signal.SIGKILL)
    queues.wait_for(lambda: queue.has_ended)
    assert (queue.status, queue.exit_status) == (RunStatus.TERMINATED, -signal.SIGKILL)


def test_a_queue_that_is_killed_with_its_supervisor_is_terminated(queues):
    queue = start_queue(queues)
    process = lock_of(queue).run.pid
    signal_supervisor(queue, signal.SIGKILL)
    os.kill(process, signal.SIGKILL)
    queues.wait_for(lambda: queue.has_ended)
    assert (queue.status, queue.exit_status) == (RunStatus.TERMINATED, -signal.SIGKILL)


@pytest.mark.guild
def test_guild_sees_a_stopped_queue_as_completed_and_stops_one_so(queues, guild_command):
    environment = {**os.environ, "GUILD_HOME": queues.notebook.context.home.path}

    def guild(*words: str) -> str:
        return subprocess.run(
            [guild_command, *words], env=environment, check=True, capture_output=True, text=True
        ).stdout

    stopped, queue = start_queue(queues), start_queue(queues)
    stop(queues.notebook.context, [stopped])
    guild("stop", "-y", queue.id)
    queues.wait_for(lambda: queue.has_ended)
    assert queue.status is RunStatus.COMPLETED
    assert [each["status"] for each in json.loads(guild("runs", "--json"))] == ["completed"] * 2
