from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from guild_ipy.linux import boot_id, process_start
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.lock import (
    LockContent,
    ProcessId,
    format_lock,
    hold_alive,
    is_alive,
    parse_lock,
    read_lock,
    this_process,
)

MakeRun = Callable[..., RunDir]
Hold = Callable[[RunDir], "subprocess.Popen[str]"]


@pytest.mark.parametrize(
    "content",
    [
        LockContent(run=ProcessId(pid=1234, start=5), supervisor=ProcessId(pid=1, start=2), boot="b", host="h"),
        LockContent(run=this_process(), boot=boot_id(), host=socket.gethostname()),
    ],
)
def test_lock_is_read_back_and_guild_finds_the_process_id(content: LockContent):
    text = format_lock(content)
    assert parse_lock(text) == content
    assert int(text[:10]) == content.run.pid


def test_lock_of_guild_names_a_process_and_nothing_else():
    assert parse_lock("1234") == LockContent(run=ProcessId(pid=1234))


@pytest.mark.parametrize("text", ["", "pid", "\0\0", "12 34567890"])
def test_lock_without_a_process_id_says_nothing(text: str):
    assert parse_lock(text) is None


def test_lock_file_that_is_binary_says_nothing(make_run: MakeRun):
    run_dir = make_run()
    assert read_lock(run_dir) is None
    with open(run_dir.lock, "wb") as file:
        file.write(bytes(range(256)))
    assert read_lock(run_dir) is None


def test_this_process_is_alive_and_one_with_its_number_is_not():
    assert this_process().is_alive()
    assert ProcessId(pid=os.getpid()).is_alive()
    assert not ProcessId(pid=os.getpid(), start=1).is_alive()


def test_process_is_gone_when_it_is_a_zombie():
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as child:
        child.stdout.read()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process_start(child.pid) is None


def test_process_of_another_boot_or_machine_is_not_alive():
    assert LockContent(run=this_process(), boot=boot_id()).is_alive()
    assert not LockContent(run=this_process(), boot="other").is_alive()
    assert not LockContent(run=this_process(), host="other").is_alive()


def test_run_without_the_file_is_neither_alive_nor_dead(make_run: MakeRun):
    run_dir = make_run()
    assert is_alive(run_dir) is None
    assert hold_alive(run_dir, create=False) is None


def test_run_is_alive_until_its_holder_is_killed(make_run: MakeRun, hold: Hold):
    run_dir = make_run()
    holder = hold(run_dir)
    assert is_alive(run_dir) is True
    assert hold_alive(run_dir) is None
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert is_alive(run_dir) is False


def test_run_is_alive_while_any_process_has_the_descriptor(make_run: MakeRun):
    run_dir = make_run()
    descriptor = hold_alive(run_dir)
    assert descriptor is not None
    waits = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, pass_fds=[descriptor]) as heir:
        os.close(descriptor)
        assert is_alive(run_dir) is True
        heir.kill()
    assert is_alive(run_dir) is False


def test_lock_does_not_go_to_other_programs(make_run: MakeRun):
    run_dir = make_run()
    descriptor = hold_alive(run_dir)
    assert descriptor is not None
    waits = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    pipe = subprocess.PIPE
    with subprocess.Popen(waits, stdin=pipe, stdout=pipe, close_fds=False) as other:
        os.close(descriptor)
        other.stdout.readline()
        assert is_alive(run_dir) is False
        other.kill()


LOOK = """
import sys
from guild_ipy.store.state.lock import is_alive
from guild_ipy.store.run_dir import RunDir
print(flush=True)
while True:
    is_alive(RunDir(sys.argv[1]))
"""


def test_those_who_only_look_do_not_keep_a_starter_from_the_lock(make_run: MakeRun):
    run_dir = make_run()
    os.close(hold_alive(run_dir))
    command = [sys.executable, "-c", LOOK, run_dir.path]
    with ExitStack() as stack:
        for _ in range(3):
            looker = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
            stack.callback(looker.kill)
            looker.stdout.readline()
        for _ in range(2000):
            descriptor = hold_alive(run_dir)
            assert descriptor is not None
            os.close(descriptor)


def test_modules_that_a_run_imports_are_few():
    program = (
        "import sys; before = set(sys.modules)\n"
        "import guild_ipy.store.state.lock, guild_ipy.store.files.attrs, guild_ipy.store.run_dir\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).split() == ["guild_ipy"]
