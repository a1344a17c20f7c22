"""Stopping processes that have no supervisor; runs with one are stopped in ``tests/verbs/test_stop.py``."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine import stopping
from guild_ipy.engine.beside.descendants import kill_group
from guild_ipy.engine.stopping import stop_run
from guild_ipy.errors import RunStateError
from guild_ipy.linux import boot_id, process_start
from guild_ipy.settings import Settings
from guild_ipy.store.run_record import read_status
from guild_ipy.store.state.lock import LockContent, ProcessId, format_lock, hold_alive
from tests.notebook_session import wait_until

WAIT = "print('ready', flush=True); signal.pause()"
PLAIN = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)\n" + WAIT
DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + WAIT
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + DEAF
PARENT = f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); child.wait()"

SETTINGS = Settings(stop_grace=0.5)


@pytest.fixture(autouse=True)
def nobody_waits_for_guild(monkeypatch):
    monkeypatch.setattr(stopping, "_GUILD_SECONDS", 0.0)


@pytest.fixture
def start(no_process_left):
    """Start Python code in a process group of its own, and wait until it is ready."""
    with ExitStack() as stack:

        def start(code, **options):
            process = subprocess.Popen(
                [sys.executable, "-c", code],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                process_group=0,
                **options,
            )
            stack.enter_context(process)
            stack.callback(kill_group, process.pid)
            process.stdout.readline()
            return process

        yield start


@pytest.fixture
def start_run(start, run_dir):
    """Start Python code as our engine starts a run: it holds ``alive``, and has the run in its environment."""

    def start_run(code):
        alive = hold_alive(run_dir)
        process = start(code, env={**os.environ, "RUN_ID": run_dir.id}, pass_fds=(alive,))
        os.close(alive)
        return process

    return start_run


@pytest.fixture
def start_as_guild(start, run_dir):
    """Start Python code as Guild AI starts a run, and write its ``LOCK``."""

    def start_as_guild(code, **options):
        process = start(code, **{"env": {**os.environ, "RUN_ID": run_dir.id}, "cwd": run_dir.path} | options)
        with open(run_dir.lock, "w") as file:
            file.write(str(process.pid))
        return process

    return start_as_guild


def write_lock(run_dir, pid, **changes):
    """Write the lock of a run whose supervisor is dead."""
    values = {
        "run": ProcessId(pid=pid, start=process_start(pid)),
        "supervisor": ProcessId(pid=2**22 + 1, start=1),
        "boot": boot_id(),
        "host": socket.gethostname(),
    }
    with open(run_dir.lock, "w") as file:
        file.write(format_lock(LockContent(**values | changes)))


@pytest.mark.parametrize(
    ("code", "number"),
    [(PLAIN, signal.SIGINT), (DEAF, signal.SIGTERM), (STUBBORN, signal.SIGKILL)],
    ids=["plain", "deaf", "stubborn"],
)
def test_signals_grow_until_the_process_ends(run_dir, start_run, code, number):
    process = start_run(code)
    write_lock(run_dir, process.pid)
    stop_run(run_dir, SETTINGS)
    assert process.wait(timeout=5) == -number


def test_a_run_of_guild_is_stopped_as_guild_does(run_dir, start_as_guild):
    process = start_as_guild(PLAIN)
    stop_run(run_dir, SETTINGS)
    assert process.wait(timeout=5) == -signal.SIGTERM


def test_processes_of_its_group_end_with_a_run_whose_supervisor_is_gone(run_dir, start_run):
    process = start_run(PARENT)
    write_lock(run_dir, process.pid)
    stop_run(run_dir, SETTINGS)
    assert process.communicate(timeout=5)[0] == b""  # the child held it open for as long as it lived


def test_a_later_process_of_the_same_number_is_not_touched(run_dir, start):
    process = start(PLAIN)
    write_lock(run_dir, process.pid, run=ProcessId(pid=process.pid, start=process_start(process.pid) - 1))
    stop_run(run_dir, SETTINGS)
    assert process.poll() is None


@pytest.mark.parametrize("changes", [{"boot": "another-boot"}, {"host": "another-host"}])
def test_a_run_on_another_machine_is_refused(run_dir, start, changes):
    process = start(PLAIN)
    write_lock(run_dir, process.pid, **changes)
    with pytest.raises(RunStateError, match=r"runs on .*; stop it there"):
        stop_run(run_dir, SETTINGS)
    assert process.poll() is None


def test_a_process_that_is_gone_is_stopped_already(run_dir, start):
    process = start(PLAIN)
    write_lock(run_dir, process.pid)
    process.kill()
    process.wait()
    stop_run(run_dir, SETTINGS)


def test_a_run_without_a_lock_has_nothing_to_stop(run_dir):
    stop_run(run_dir, SETTINGS)


def test_a_zombie_counts_as_gone(run_dir, start):
    process = start(PLAIN)
    write_lock(run_dir, process.pid)
    process.kill()
    wait_until(lambda: process_start(process.pid) is None)
    stop_run(run_dir, SETTINGS)


MONTH = 30 * 86400


def set_age(path, seconds):
    os.utime(path, (time.time() - seconds,) * 2)


def test_a_run_of_guild_in_long_training_is_stopped(run_dir, start_as_guild):
    process = start_as_guild(PLAIN + "\n")
    os.chmod(run_dir.lock, 0o600)
    assert read_status(run_dir) is RunStatus.RUNNING
    stop_run(run_dir, SETTINGS)
    assert process.wait(timeout=5) == -signal.SIGTERM


def test_a_run_of_guild_that_has_gone_elsewhere_is_stopped(run_dir, start_as_guild):
    process = start_as_guild("import os; os.chdir('/'); os.environ.clear()\n" + PLAIN)
    stop_run(run_dir, SETTINGS)
    assert process.wait(timeout=5) == -signal.SIGTERM


@pytest.mark.parametrize(
    ("options", "age"),
    [
        ({}, MONTH),
        ({"env": {}}, 0),
        ({"env": {"PATH": "/bin"}}, 0),
        ({"env": {"RUN_ID": "0" * 32}}, 0),
        ({"env": {"PATH": "/bin"}, "cwd": "/"}, 0),
        ({"env": {}, "cwd": "/"}, 0),
    ],
    ids=["younger", "cleared", "a shell in the run", "another run", "a stranger", "a cleared stranger"],
)
def test_a_process_that_is_not_the_run_of_guild_is_neither_listed_nor_touched(run_dir, start_as_guild, options, age):
    process = start_as_guild(PLAIN, **options)
    set_age(run_dir.lock, age)
    is_the_run = options == {"env": {}}  # it works in the directory, and its environment says nothing
    assert (read_status(run_dir) is RunStatus.RUNNING) is is_the_run
    if not is_the_run:
        stop_run(run_dir, SETTINGS)
    assert process.poll() is None


@pytest.mark.parametrize("supervisor", [False, True])
def test_a_lock_that_names_another_process_does_not_kill_it(run_dir, start, start_run, supervisor):
    victim, process = start(PLAIN), start_run(PLAIN)
    named = ProcessId(pid=victim.pid, start=process_start(victim.pid))
    write_lock(run_dir, victim.pid, **({"supervisor": named} if supervisor else {}))
    assert read_status(run_dir) is RunStatus.RUNNING
    stop_run(run_dir, SETTINGS)
    assert (process.wait(timeout=5), victim.poll()) == (-signal.SIGINT, None)


def test_a_process_that_only_holds_the_lock_is_named_and_not_touched(run_dir, start):
    alive = hold_alive(run_dir)
    process = start(PLAIN, pass_fds=(alive,))
    os.close(alive)
    write_lock(run_dir, 2**22 + 1)
    with pytest.raises(RunStateError, match=f"is held by process {process.pid}, which is not its own"):
        stop_run(run_dir, SETTINGS)
    assert process.poll() is None
