import socket

import pytest

from guild_ipy.engine.launch_channel import (
    LaunchRequest,
    format_request,
    is_readable,
    parse_request,
    send_event,
)
from guild_ipy.store.files.messages import receive_message, send_message

REQUEST = LaunchRequest(
    path="/home/ada/.guild/runs/0 ñ\udcff",
    env={"A": "1", "ODD": "ñ\n\udcff"},
    python="/usr/bin/python3",
    forks=True,
    output_scalars=["a"],
    flag_numbers={"lr": 0.1},
    stop_grace=5.0,
    scan_interval=1.0,
)


@pytest.fixture
def channel():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_request_is_received_as_it_was_sent(channel):
    ours, theirs = channel
    send_message(ours, format_request(REQUEST))
    assert parse_request(receive_message(theirs)) == REQUEST


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b"\0\0\0\0\0\0\0\x09{}"])
def test_a_starter_that_leaves_is_noticed(channel, content):
    ours, theirs = channel
    ours.sendall(content)
    ours.close()
    with pytest.raises((EOFError, ValueError)):
        receive_message(theirs)


def test_events_to_a_starter_that_left_are_nobodys_business(channel):
    ours, theirs = channel
    ours.close()
    for _ in range(2):
        send_event(theirs, "ended", exit_status=0)


def test_a_channel_is_readable_when_something_came_or_it_was_closed(channel):
    ours, theirs = channel
    assert not is_readable(theirs, 0)
    ours.close()
    assert is_readable(theirs, None)
