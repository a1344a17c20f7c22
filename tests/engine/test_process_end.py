"""A run has ended when its process is gone: what it held is free then, and its exit status is that of the process."""

import pytest

from guild_ipy.linux import process_start

IMPORTS = """
import fcntl, os, signal, socket, sys

def die(code):
    os.kill(os.getpid(), signal.SIGKILL)

def tell_otherwise(code, leave=os._exit):
    leave(7)
"""
PORT = """
def listen(port=0):
    global server
    server = socket.create_server(("127.0.0.1", port), reuse_port=False)
    return server.getsockname()[1]
"""
LOCK = """
def lock(path="lock"):
    global file
    file = open(path, "w")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
"""
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
    notebook.cell(IMPORTS)
    return notebook


def test_its_process_is_gone(forked):
    forked.cell("def train():\n    return os.getpid()")
    assert process_start(forked.run("train").result) is None


@pytest.mark.parametrize(("end", "code"), [("tell_otherwise", 7), ("die", -9)])
def test_the_exit_status_is_that_of_the_process(forked, end, code):
    forked.cell(f"def train():\n    os._exit = {end}")
    assert forked.fail("train").run.exit_status == code


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
