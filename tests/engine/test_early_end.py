import os
import socket
import subprocess
import sys

import pytest

from guild_ipy.engine.beside.early_end import DONE, EarlyEnd
from guild_ipy.engine.launch_channel import is_readable

SAY_DONE = """
import os, socket, sys
from guild_ipy.engine.beside.early_end import EarlyEnd

held = open(os.devnull)
with socket.socket(fileno=int(sys.argv[1])) as line:
    EarlyEnd(line).tell(3)
    line.sendall(str([os.path.exists(f"/proc/self/fd/{number}") for number in range(20)].count(True)).encode())
"""

SAY_ALONE = """
import socket, sys
from guild_ipy.engine.beside.early_end import EarlyEnd

EarlyEnd(socket.socket(fileno=int(sys.argv[1]))).tell(0)
"""


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_what_a_run_opened_in_the_place_of_the_line_hears_nothing(ends):
    ours, theirs = ends
    line = EarlyEnd(theirs)
    reader, other = socket.socketpair()
    with reader, other:
        os.dup2(other.fileno(), theirs.fileno())
        line.tell(0)
        assert not is_readable(reader, 0)
    assert ours.recv(16) == b""


def test_a_run_whose_supervisor_is_gone_ends_all_the_same(ends):
    ours, theirs = ends
    ours.close()
    command = [sys.executable, "-c", SAY_ALONE, str(theirs.fileno())]
    subprocess.run(command, pass_fds=(theirs.fileno(),), check=True)


def test_a_run_that_closed_the_line_ends_all_the_same(ends):
    ours, theirs = ends
    line = EarlyEnd(theirs)
    theirs.close()
    line.tell(0)
    assert ours.recv(16) == b""


def test_a_run_that_is_done_says_its_exit_status_and_has_nothing_open_but_the_line(ends):
    ours, theirs = ends
    subprocess.run([sys.executable, "-c", SAY_DONE, str(theirs.fileno())], pass_fds=(theirs.fileno(),), check=True)
    assert ours.recv(16) == DONE + b"\x03" + b"1"


def test_a_forked_child_says_nothing(ends):
    ours, theirs = ends
    line = EarlyEnd(theirs)
    child = os.fork()
    if child == 0:
        line.tell(0)
        os._exit(0)
    os.waitpid(child, 0)
    assert not is_readable(ours, 0)
