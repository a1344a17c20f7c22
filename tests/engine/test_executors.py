import json
import socket

import pytest

from guild_ipy.engine.executors import RunFuture


@pytest.fixture
def supervisor():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def future(run_dir, supervisor):
    future = RunFuture(run_dir=run_dir, channel=supervisor[0])
    yield future
    future.close()


def tell(supervisor, *events):
    supervisor[1].sendall(b"".join(json.dumps(event).encode() + b"\n" for event in events))


STARTED, ENDED = {"event": "started", "pid": 5}, {"event": "ended", "exit_status": 3}


def test_nothing_heard_is_nothing_known(future):
    assert not future.wait_started(0.01)
    assert not future.wait(0)
    assert (future.started, future.ended, future.exit_status, future.failure) == (False, False, None, "")


def test_start_and_end_are_heard(future, supervisor):
    tell(supervisor, STARTED)
    assert future.wait_started(1)
    assert not future.wait(0)
    tell(supervisor, ENDED)
    assert future.wait(1)
    assert (future.started, future.ended, future.exit_status) == (True, True, 3)
    assert future.wait()


def test_an_event_may_come_in_pieces(future, supervisor):
    for byte in json.dumps(STARTED).encode():
        supervisor[1].send(bytes([byte]))
        assert not future.wait_started(0)
    supervisor[1].send(b"\n")
    assert future.wait_started(1)


def test_who_waits_for_the_start_gets_both_when_the_run_was_short(future, supervisor):
    tell(supervisor, STARTED, ENDED)
    assert future.wait_started(1)
    assert future.wait(0)


def test_a_failure_to_start_is_heard(future, supervisor):
    tell(supervisor, {"event": "failed", "reason": "no space left"})
    assert future.wait(1)
    assert (future.started, future.ended, future.failure) == (False, True, "no space left")


def test_a_supervisor_that_dies_before_the_start_is_a_failure(future, supervisor):
    supervisor[1].close()
    assert future.wait(1)
    assert (future.ended, future.failure) == (False, "its supervisor could not be started")


def test_a_supervisor_that_dies_after_the_start_says_nothing(future, supervisor):
    tell(supervisor, STARTED)
    supervisor[1].close()
    assert future.wait(1)
    assert (future.started, future.ended, future.failure) == (True, False, "")
