"""How a run is asked for and what is heard of it: the channel between a starter and a supervisor.

A channel is a stream socket of its own for each run. The starter sends one :class:`LaunchRequest` (JSON, as a message
of :mod:`guild_ipy.store.files.messages`). Then it writes the files of the run, and sends a byte as soon as there is
more that can be made ready: ``p``, which may be left out, once those are there that the program is made of, and ``g``
once all are. The supervisor answers with lines of JSON: ``{"event": "started"}`` when the process of the run lives,
``{"event": "ended"}`` when all files of the run are written. End of file means that the other one is gone: a
supervisor that hears no ``g`` starts nothing.
"""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guild_ipy.engine.inherited_limits import InheritedLimits, encode_limits, parse_limits

PREPARED = b"p"
GO = b"g"


@dataclass(frozen=True, kw_only=True)
class LaunchRequest:
    """What a supervisor needs to know."""

    path: str
    """The run directory."""
    env: Mapping[str, str]
    python: str
    """Interpreter for a fresh process."""
    forks: bool
    """Whether the run may be a fork of the supervisor; otherwise it is a fresh interpreter."""
    output_scalars: Sequence[str]
    """Patterns of the scalars to look for in the output."""
    flag_numbers: Mapping[str, float]
    """Values that are not scalars when they are printed under these names: those of flags."""
    stop_grace: float
    scan_interval: float
    inherited: InheritedLimits = field(default_factory=InheritedLimits)
    """What the process of the run has from the starter."""
    project_dir: str = ""
    """Where git is asked for the commit."""
    cache_dir: str = ""
    stop_after: float | None = None
    """Seconds after which it is stopped."""


def format_request(request: LaunchRequest) -> bytes:
    """Write a request as it is sent."""
    values = {**vars(request), "inherited": encode_limits(request.inherited)}
    return json.dumps(values).encode("utf-8", "surrogateescape")


def parse_request(content: bytes) -> LaunchRequest:
    """Read what :func:`format_request` wrote."""
    values = json.loads(content.decode("utf-8", "surrogateescape"))
    return LaunchRequest(**{**values, "inherited": parse_limits(values["inherited"])})


def send_word(channel: socket.socket, word: bytes) -> None:
    """Tell the supervisor which files are there; one that is gone is found by who listens."""
    try:
        channel.sendall(word)
    except OSError:
        return


def wait_for_word(channel: socket.socket) -> bytes:
    """Wait until more files are there, or all; empty if the starter is gone, or called it off."""
    try:
        return channel.recv(1)
    except OSError:
        return b""


def send_event(channel: socket.socket, event: str, **values: Any) -> None:  # noqa: ANN401 - JSON
    """Tell the starter, if it still listens."""
    try:
        channel.sendall(json.dumps({"event": event, **values}).encode() + b"\n")
    except OSError:  # the kernel is gone; the run goes on without it
        return


def is_readable(source: socket.socket, timeout: float | None) -> bool:
    """Wait until there is something to read, up to `timeout` seconds; None waits for ever."""
    poll = select.poll()  # select.select fails where a kernel has more than 1024 files open
    poll.register(source, select.POLLIN)
    return bool(poll.poll(None if timeout is None else timeout * 1000))
