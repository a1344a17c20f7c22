"""When a run has ended: one that holds little tells its end, one that holds more has ended when its process is gone.

The runs put something else in the place of the end of their process, which shows what was waited for.
"""

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.linux import process_start
from tests.notebook_session import wait_until

ENDS = """
import fcntl, os, signal, socket, subprocess, sys, threading

leave = os._exit

def hang(code):
    signal.pause()

def die(code):
    os.kill(os.getpid(), signal.SIGKILL)

def tell_otherwise(code):
    leave(7)

def end_by(end):
    os._exit = end
    return os.getpid()
"""
LITTLE = """
def train(code=0):
    pid = end_by(hang)
    if code:
        sys.exit(code)
    return pid
"""
PORT = """
def listen(port=0):
    global server
    server = socket.create_server(("127.0.0.1", port), reuse_port=False)
    end_by(hang)
    return server.getsockname()[1]
"""
LOCK = """
def lock(path="lock"):
    global file
    file = open(path, "w")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    end_by(hang)
"""
DAEMON = """
child = os.fork()
if child == 0:
    os.setsid()
    if os.fork() == 0:
        os.execlp("sleep", "sleep", "600")
    leave(0)
os.waitpid(child, 0)
"""
NO_DESCRIPTOR = """
taken = []
try:
    while True:
        taken.append(os.dup(0))
except OSError:
    pass
"""
MUCH = {
    "a child": "os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '600')",
    "a child that is dead": "os.spawnlp(os.P_NOWAIT, 'true', 'true')",
    "a daemon": DAEMON,
    "a thread": "threading.Thread(target=threading.Event().wait, daemon=True).start()",
    "memory": "held = b'x' * 100_000_000",
    "every descriptor": NO_DESCRIPTOR,
}
FORKED = """
def fork(code=0):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        LEAVE
    os.close(writer)
    os.read(reader, 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


@pytest.fixture
def forked(notebook):
    notebook.isolation = "fork"
    notebook.cell(ENDS)
    return notebook


@pytest.mark.parametrize("code", [0, 1, 3, 255])
def test_the_word_of_a_run_is_its_exit_status(forked, code):
    forked.cell(LITTLE)
    run = forked.run_in_background("train", code=code)
    assert run.wait(20).status is (RunStatus.ERROR if code else RunStatus.COMPLETED)
    assert run.exit_status == code


def test_a_process_that_was_not_waited_for_does_not_stay(forked):
    forked.cell(LITTLE)
    pid = forked.run("train").result
    wait_until(lambda: process_start(pid) is None)


def test_a_failure_is_told_by_the_word_as_well(forked):
    forked.cell("def fail():\n    end_by(hang)\n    raise ValueError('no')")
    error = forked.fail("fail")
    assert (error.run.exit_status, str(error.exception)) == (1, "no")


@pytest.mark.parametrize("code", [0, 3])
def test_a_run_that_is_killed_after_its_word_ended_as_it_said(forked, code):
    forked.cell("def train(code=0):\n    end_by(die)\n    sys.exit(code)")
    run = forked.run_in_background("train", code=code)
    run.wait(20)
    assert run.exit_status == code


@pytest.mark.parametrize("holds", MUCH.values(), ids=MUCH.keys())
def test_a_run_that_holds_much_is_waited_for(forked, holds):
    forked.cell("def train():\n    end_by(tell_otherwise)\n    " + holds.strip().replace("\n", "\n    "))
    assert forked.fail("train").run.exit_status == 7


def test_a_port_is_free_for_the_next_run(forked):
    forked.cell(PORT)
    port = forked.run("listen").result
    assert forked.run("listen", port=port).result == port


def test_a_lock_is_free_for_the_next_run(forked, tmp_path):
    forked.cell(LOCK)
    path = f"{tmp_path}/lock"
    assert forked.run("lock", path=path).exit_status == 0
    assert forked.run("lock", path=path).exit_status == 0


@pytest.mark.parametrize(("leaves", "code"), [("sys.exit(3)", 3), ("return", 0), ("1 / 0", 1)])
def test_a_forked_child_does_not_speak_for_the_run(forked, leaves, code):
    forked.cell(FORKED.replace("LEAVE", leaves))
    run = forked.run("fork")
    assert (run.exit_status, run.result) == (0, code)
