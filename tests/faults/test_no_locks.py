"""Where the file system has no locks, runs work, and the user is told once what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

WITHOUT_LOCKS = Path(__file__).parent / "programs" / "without_locks.py"
NOTE = "has no locks; runs work, but two starters could take the same run"
SESSION = """
import os, signal
import guild_ipy
from guild_ipy.store.state.lock import read_lock
from guild_ipy.errors import GuildError

def train(x=1):
    return x

def wait():
    signal.pause()
"""


@pytest.fixture
def session(home, tmp_path, no_process_left):
    """Execute such lines in a session of its own that can lock nothing; what is printed."""
    program = tmp_path / "session.py"

    def session(lines):
        program.write_text(SESSION + dedent(lines))
        env = {**os.environ, "GUILD_HOME": home.path, "GUILD_IPY_CACHE": f"{tmp_path}/cache"}
        command = [sys.executable, WITHOUT_LOCKS, sys.executable, program]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return done.stdout

    return session


@pytest.mark.parametrize("isolation", ["fork", "fresh", "inline"])
def test_runs_work_and_it_is_said_once(session, isolation):
    printed = session(f"""
        runs = [guild_ipy.run(train, x=x, _isolation={isolation!r}) for x in (1, 2)]
        print([(str(run.status), run.result) for run in runs])
    """)
    assert printed.endswith("[('completed', 1), ('completed', 2)]\n")
    assert printed.count(NOTE) == 1


def test_a_living_run_is_running_and_can_be_stopped_but_not_deleted(session):
    printed = session("""
        run = guild_ipy.run(wait, _background=True)
        print(run.status)
        try:
            guild_ipy.delete(run.id)
        except GuildError as error:
            print(error)
        guild_ipy.stop(run.id)
        print(run.status)
    """)
    assert "\nrunning\n" in printed
    assert "is running; stop it first" in printed
    assert printed.endswith("\nterminated\n")


def test_a_run_that_is_killed_with_its_supervisor_is_found_out(session):
    printed = session("""
        run = guild_ipy.run(wait, _background=True)
        lock = read_lock(run.dir)
        for pid in (lock.supervisor.pid, lock.run.pid):
            descriptor = os.pidfd_open(pid)
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            os.close(descriptor)
        while str(run.status) == "running":
            pass
        print(run.status, run.exit_status)
    """)
    assert printed.endswith("terminated -9\n")


def test_a_staged_run_can_be_started_and_deleted(session):
    printed = session("""
        staged = guild_ipy.run(train, _stage=True)
        print(staged.status, guild_ipy.start(staged.id).status)
        guild_ipy.delete(staged.id)
        print(len(guild_ipy.runs()))
    """)
    assert "staged completed" in printed
    assert printed.endswith("\n0\n")
