import os
import socket

import pytest

from guild_ipy.engine.launch import is_readable
from guild_ipy.engine.line import GO, OVER, PREPARED, Line


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_run_hears_its_words_in_order(ends):
    ours, theirs = ends
    line = Line(theirs)
    ours.sendall(PREPARED + GO)
    assert line.hears(PREPARED)
    assert line.hears(GO)
    ours.close()
    assert not line.hears(GO)


def test_a_run_says_that_it_is_over(ends):
    ours, theirs = ends
    Line(theirs).say_over()
    assert ours.recv(16) == OVER


def test_what_a_run_opened_in_the_place_of_the_line_hears_nothing(ends):
    ours, theirs = ends
    line = Line(theirs)
    reader, other = socket.socketpair()
    with reader, other:
        os.dup2(other.fileno(), theirs.fileno())
        line.say_over()
        assert not is_readable(reader, 0)
    assert ours.recv(16) == b""


def test_a_run_whose_supervisor_is_gone_ends_all_the_same(ends):
    ours, theirs = ends
    ours.close()
    Line(theirs).say_over()


def test_a_run_that_closed_the_line_ends_all_the_same(ends):
    ours, theirs = ends
    line = Line(theirs)
    theirs.close()
    line.say_over()
    assert ours.recv(16) == b""
