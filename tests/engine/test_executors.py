import json
import socket

import pytest

from guild_ipy.engine.executors import StartedRun


@pytest.fixture
def supervisor():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def started(run_dir, supervisor):
    started = StartedRun(run_dir=run_dir, channel=supervisor[0])
    yield started
    started.close()


def tell(supervisor, *events):
    supervisor[1].sendall(b"".join(json.dumps(event).encode() + b"\n" for event in events))


STARTED, ENDED = {"event": "started", "pid": 5}, {"event": "ended", "exit_status": 3}


def test_nothing_heard_is_nothing_known(started):
    assert not started.wait_started(0.01)
    assert not started.wait(0)
    assert (started.started, started.ended, started.exit_status, started.failure) == (False, False, None, "")


def test_start_and_end_are_heard(started, supervisor):
    tell(supervisor, STARTED)
    assert started.wait_started(1)
    assert not started.wait(0)
    tell(supervisor, ENDED)
    assert started.wait(1)
    assert (started.started, started.ended, started.exit_status) == (True, True, 3)
    assert started.wait()


def test_an_event_may_come_in_pieces(started, supervisor):
    for byte in json.dumps(STARTED).encode():
        supervisor[1].send(bytes([byte]))
        assert not started.wait_started(0)
    supervisor[1].send(b"\n")
    assert started.wait_started(1)


def test_who_waits_for_the_start_gets_both_when_the_run_was_short(started, supervisor):
    tell(supervisor, STARTED, ENDED)
    assert started.wait_started(1)
    assert started.wait(0)


def test_a_failure_to_start_is_heard(started, supervisor):
    tell(supervisor, {"event": "failed", "reason": "no space left"})
    assert started.wait(1)
    assert (started.started, started.ended, started.failure) == (False, True, "no space left")


def test_a_supervisor_that_dies_before_the_start_is_a_failure(started, supervisor):
    supervisor[1].close()
    assert started.wait(1)
    assert (started.ended, started.failure) == (False, "its supervisor could not be started")


def test_a_supervisor_that_dies_after_the_start_says_nothing(started, supervisor):
    tell(supervisor, STARTED)
    supervisor[1].close()
    assert started.wait(1)
    assert (started.started, started.ended, started.failure) == (True, False, "")
