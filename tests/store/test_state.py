from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.linux import boot_id
from guild_ipy.store.files.attrs import delete_attr, write_attr
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import read_run, read_status
from guild_ipy.store.state.lock import LockContent, ProcessId, format_lock, this_process
from guild_ipy.store.state.markers import set_pending, set_staged

MakeRun = Callable[..., RunDir]
Hold = Callable[[RunDir], "subprocess.Popen[str]"]


def write(path: str, text: str = "") -> None:
    with open(path, "w") as file:
        file.write(text)


@pytest.mark.parametrize(
    ("files", "exit_status", "status"),
    [
        (["LOCK.remote", "PENDING", "STAGED"], 0, RunStatus.RUNNING),
        (["PENDING", "STAGED"], 0, RunStatus.PENDING),
        (["STAGED"], 0, RunStatus.STAGED),
        ([], 0, RunStatus.COMPLETED),
        ([], -15, RunStatus.TERMINATED),
        ([], 1, RunStatus.ERROR),
        ([], None, RunStatus.ERROR),
    ],
)
def test_status_follows_the_documented_order(make_run: MakeRun, files: list[str], exit_status: int | None, status):
    run_dir = make_run(**({} if exit_status is None else {"exit_status": exit_status}))
    for name in files:
        write(f"{run_dir.guild}/{name}")
    assert read_status(run_dir) is status
    assert read_run(run_dir).status is status


def test_lock_of_guild_with_its_living_process_means_running(make_run: MakeRun):
    run_dir = make_run()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, env={"RUN_ID": run_dir.id}) as process:
        write(run_dir.lock, str(process.pid))
        assert read_status(run_dir) is RunStatus.RUNNING


def test_lock_of_guild_with_the_process_of_another_means_error(make_run: MakeRun):
    run_dir = make_run()
    write(run_dir.lock, str(os.getpid()))
    assert read_status(run_dir) is RunStatus.ERROR


def test_exit_status_beats_a_living_process(make_run: MakeRun):
    run_dir = make_run(exit_status=0)
    write(run_dir.lock, str(os.getpid()))
    assert read_status(run_dir) is RunStatus.COMPLETED


@pytest.mark.parametrize("text", ["", "no number", "\0\0\0", "-1", "999999999"])
def test_lock_that_names_no_process_means_error(make_run: MakeRun, text: str):
    run_dir = make_run()
    write(run_dir.lock, text)
    assert read_status(run_dir) is RunStatus.ERROR


@pytest.mark.parametrize(
    "lock",
    [
        LockContent(run=ProcessId(pid=os.getpid(), start=1), boot=boot_id()),
        LockContent(run=this_process(), boot="another boot"),
        LockContent(run=this_process(), boot=boot_id(), host="another host"),
    ],
)
def test_process_id_that_was_given_to_another_process_is_not_running(make_run: MakeRun, lock: LockContent):
    run_dir = make_run()
    write(run_dir.lock, format_lock(lock))
    assert read_status(run_dir) is RunStatus.ERROR


def test_held_alive_means_running_whatever_lock_says(make_run: MakeRun, hold: Hold):
    run_dir = make_run(started=1)
    hold(run_dir)
    assert read_status(run_dir) is RunStatus.RUNNING


def test_held_run_is_pending_until_it_has_started(make_run: MakeRun, hold: Hold):
    run_dir = make_run()
    set_pending(run_dir)
    hold(run_dir)
    assert read_status(run_dir) is RunStatus.PENDING
    write_attr(run_dir, "started", 1)
    assert read_status(run_dir) is RunStatus.RUNNING


def test_run_that_is_being_restarted_is_pending(make_run: MakeRun, hold: Hold):
    run_dir = make_run(started=1, exit_status=0)
    set_pending(run_dir)
    hold(run_dir)
    assert read_status(run_dir) is RunStatus.PENDING


def test_staged_run_that_is_being_started_is_pending(make_run: MakeRun, hold: Hold):
    run_dir = make_run(started=1)
    set_staged(run_dir)
    set_pending(run_dir)
    hold(run_dir)
    assert read_status(run_dir) is RunStatus.PENDING


def test_exit_status_that_is_no_number_is_damage(make_run: MakeRun):
    run_dir = make_run(exit_status="zero")
    assert read_status(run_dir) is RunStatus.DAMAGED
    delete_attr(run_dir, "exit_status")
    assert read_status(run_dir) is RunStatus.ERROR
