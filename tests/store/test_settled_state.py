from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.linux import boot_id
from guild_ipy.store.files.attrs import list_attrs, read_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import read_run, read_status, settle_and_read_run, settle_and_read_status
from guild_ipy.store.state.lock import LockContent, ProcessId, format_lock
from guild_ipy.store.state.markers import set_pending, set_staged
from guild_ipy.store.state.settled_state import GRACE_SECONDS

MakeRun = Callable[..., RunDir]
Hold = Callable[[RunDir], "subprocess.Popen[str]"]
DEAD = LockContent(run=ProcessId(pid=os.getpid(), start=1), boot=boot_id())


def write(path: str, text: str = "") -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


@pytest.fixture
def make_lost(make_run: MakeRun) -> MakeRun:
    """Make a run of ours that nobody holds."""

    def make(**attrs: object) -> RunDir:
        run_dir = make_run(**attrs)
        write(run_dir.alive)
        return run_dir

    return make


def files(run_dir: RunDir) -> set[str]:
    return set(os.listdir(run_dir.guild)) & {"LOCK", "PENDING", "STAGED"}


def test_run_that_died_with_its_supervisor_is_terminated(make_lost: MakeRun):
    run_dir = make_lost(started=1_000_000)
    write(run_dir.lock, format_lock(DEAD))
    write(run_dir.output, "half a li")
    os.utime(run_dir.output, (2, 2))
    assert settle_and_read_status(run_dir) is RunStatus.TERMINATED
    assert (read_attr(run_dir, "exit_status"), read_attr(run_dir, "stopped")) == (-9, 2_000_000)
    assert files(run_dir) == set()


def test_a_look_tells_the_end_of_a_lost_run_and_writes_nothing(make_lost: MakeRun):
    run_dir = make_lost(started=1_000_000)
    write(run_dir.lock, format_lock(DEAD))
    before = sorted(os.listdir(run_dir.guild)), list_attrs(run_dir)
    assert read_status(run_dir) is RunStatus.TERMINATED
    assert (read_run(run_dir).status, read_run(run_dir).exit_status) == (RunStatus.TERMINATED, -9)
    assert (sorted(os.listdir(run_dir.guild)), list_attrs(run_dir)) == before


@pytest.mark.parametrize(("word", "status"), [(0, RunStatus.COMPLETED), (3, RunStatus.ERROR)])
def test_own_word_of_a_run_is_its_end(make_lost: MakeRun, word: int, status: RunStatus):
    run_dir = make_lost(started=1_000_000)
    write(run_dir.job_exit_status, f"{word}\n")
    record = settle_and_read_run(run_dir)
    assert (record.status, record.exit_status) == (status, word)
    assert read_attr(run_dir, "exit_status") == word


def test_end_is_never_before_the_start(make_lost: MakeRun):
    run_dir = make_lost(started=5_000_000)
    write(run_dir.job_exit_status, "0")
    os.utime(run_dir.job_exit_status, (2, 2))
    assert settle_and_read_run(run_dir).stopped == 5_000_000


def test_run_whose_starter_died_is_terminated(make_lost: MakeRun):
    run_dir = make_lost()
    set_pending(run_dir)
    assert settle_and_read_status(run_dir) is RunStatus.TERMINATED
    assert files(run_dir) == set()


def test_staged_run_whose_starter_died_is_staged_again(make_lost: MakeRun):
    run_dir = make_lost(started=1_000_000)
    set_staged(run_dir)
    set_pending(run_dir)
    assert settle_and_read_status(run_dir) is RunStatus.STAGED
    assert files(run_dir) == {"STAGED"}
    assert read_attr(run_dir, "exit_status") is None


def test_restart_that_died_before_it_changed_anything_leaves_the_run_as_it_was(make_lost: MakeRun):
    run_dir = make_lost(started=1_000_000, stopped=2_000_000, exit_status=0)
    set_pending(run_dir)
    assert settle_and_read_status(run_dir) is RunStatus.COMPLETED
    assert files(run_dir) == set()
    assert read_attr(run_dir, "stopped") == 2_000_000


def test_pending_run_of_a_guild_command_is_left_alone(make_lost: MakeRun):
    run_dir = make_lost()
    write(run_dir.pending)
    assert settle_and_read_status(run_dir) is RunStatus.PENDING
    assert files(run_dir) == {"PENDING"}


@pytest.mark.parametrize("lock", [None, "", str(os.getppid())], ids=["no LOCK", "empty LOCK", "LOCK"])
def test_gap_in_which_guild_starts_a_run_is_waited_out(make_lost: MakeRun, lock: str | None):
    run_dir = make_lost(started=1_000_000)
    if lock is not None:
        write(run_dir.lock, lock)
    make_older(run_dir.attr("started"))
    assert settle_and_read_status(run_dir) is RunStatus.RUNNING
    assert read_attr(run_dir, "exit_status") is None
    make_older(run_dir.guild)
    assert settle_and_read_status(run_dir) is RunStatus.TERMINATED
    assert read_attr(run_dir, "exit_status") == -9


def make_older(path: str) -> None:
    before = os.stat(path).st_mtime - 2 * GRACE_SECONDS
    os.utime(path, (before, before))


def test_run_that_guild_made_is_never_written(make_run: MakeRun):
    run_dir = make_run(started=1_000_000)
    write(run_dir.lock, "999999999")
    assert settle_and_read_status(run_dir) is RunStatus.ERROR
    assert read_attr(run_dir, "exit_status") is None
    assert files(run_dir) == {"LOCK"}


def test_run_is_settled_only_when_the_last_holder_is_gone(make_lost: MakeRun, hold: Hold):
    run_dir = make_lost(started=1_000_000)
    write(run_dir.job_exit_status, "0")
    holder = hold(run_dir)
    assert settle_and_read_status(run_dir) is RunStatus.RUNNING
    holder.kill()
    holder.wait()
    assert settle_and_read_status(run_dir) is RunStatus.COMPLETED


@pytest.mark.parametrize("word", ["", "zero", "\0"])
def test_own_word_that_is_torn_counts_for_nothing(make_lost: MakeRun, word: str):
    run_dir = make_lost(started=1_000_000)
    write(run_dir.lock, format_lock(DEAD))
    write(run_dir.job_exit_status, word)
    assert settle_and_read_run(run_dir).exit_status == -9


def test_home_that_cannot_be_written_shows_the_end_and_stays_as_it_is(make_lost: MakeRun, monkeypatch):
    run_dir = make_lost(started=1_000_000)
    write(run_dir.job_exit_status, "0")

    def refuse(path: str, flags: int, *args: object, **kwargs: object) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise PermissionError(30, "Read-only file system")
        return real_open(path, flags, *args, **kwargs)

    real_open = os.open
    monkeypatch.setattr(os, "open", refuse)  # tests may run as root, whom no file mode keeps from writing
    assert settle_and_read_run(run_dir).status is RunStatus.COMPLETED
    assert not os.path.exists(run_dir.attr("exit_status"))


SETTLE_ALL = """
import sys
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_record import settle_and_read_status
from guild_ipy.store.run_list import list_run_dirs
runs = list_run_dirs(Home(sys.argv[1]))
while any(settle_and_read_status(run_dir).value != "terminated" for run_dir in runs):
    pass
"""


def test_readers_in_several_processes_agree(home: Home, make_lost: MakeRun):
    run_dirs = [make_lost(started=1_000_000) for _ in range(50)]
    for run_dir in run_dirs:
        write(run_dir.lock, format_lock(DEAD))
    command = [sys.executable, "-c", SETTLE_ALL, home.path]
    readers = [subprocess.Popen(command) for _ in range(4)]
    assert [reader.wait() for reader in readers] == [0] * 4
    assert {read_attr(run_dir, "exit_status") for run_dir in run_dirs} == {-9}
    assert [name for run_dir in run_dirs for name in os.listdir(run_dir.tmp)] == []
