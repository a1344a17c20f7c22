"""The messages between the starter of a run and its supervisor.

A channel is a stream socket of its own for each run. The starter sends one :class:`LaunchRequest` (JSON, as a message
of :mod:`guild_ipy.store.files.messages`). Then it writes the files of the run, and sends a byte at two
moments: ``p``, which may be left out, when the files of the program are there, so that the run can open it, and ``g``
when all files are there, so that the run can execute it. The supervisor answers with lines of JSON:

- ``{"event": "started", "pid": …}`` when the process of the run has started;
- ``{"event": "ended", "exit_status": …}`` when all files of the run are written;
- ``{"event": "failed", "reason": …}`` in place of both, if no process could be started.

End of file means that the other side is gone: a supervisor that receives no ``g`` starts nothing.
"""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guild_ipy.engine.inherited_limits import InheritedLimits, encode_limits, parse_limits

PREPARED = b"p"
GO = b"g"
#: The reason for a run whose directory is gone, from its supervisor or where none could be started.
DELETED = "it was deleted before it was started"


@dataclass(frozen=True, kw_only=True)
class LaunchRequest:
    """What a supervisor is told about a run."""

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
    """Numeric flags: a value that is printed under such a name is not a scalar (``flag_echoes``)."""
    stop_grace: float
    scan_interval: float
    asked: int = field(default_factory=lambda: time.time_ns() // 1000)
    """When the user asked for it, in microseconds since 1970."""
    inherited: InheritedLimits = field(default_factory=InheritedLimits)
    """Limits that the run inherits from the starter."""
    project_dir: str = ""
    """The folder whose commit is recorded."""
    cache_dir: str = ""
    stop_after: float | None = None
    """Seconds after which the run is stopped."""
    server_idle: float | None = None
    """For a run that starts runs itself: the seconds without a request after which its own fork server ends."""
    ends_by_stop: bool = False
    """Whether an exit status of 0 after a stop is that of the run; else it is the signal that stopped it."""


def format_request(request: LaunchRequest) -> bytes:
    """Encode a request."""
    values = {**vars(request), "inherited": encode_limits(request.inherited)}
    return json.dumps(values).encode("utf-8", "surrogateescape")


def parse_request(content: bytes) -> LaunchRequest:
    """Read what :func:`format_request` wrote."""
    values = json.loads(content.decode("utf-8", "surrogateescape"))
    return LaunchRequest(**{**values, "inherited": parse_limits(values["inherited"])})


def send_word(channel: socket.socket, word: bytes) -> None:
    """Send a word; if the other side is gone, the next receive tells."""
    try:
        channel.sendall(word)
    except OSError:
        return


def wait_for_word(channel: socket.socket) -> bytes:
    """Wait for the next word; empty if the other side is gone, or has cancelled the run."""
    try:
        return channel.recv(1)
    except OSError:
        return b""


def send_event(channel: socket.socket, event: str, **values: Any) -> None:  # noqa: ANN401 - JSON
    """Tell the starter, if it is still there."""
    try:
        channel.sendall(json.dumps({"event": event, **values}).encode() + b"\n")
    except OSError:  # the kernel is gone; the run goes on without it
        return


def is_readable(source: socket.socket, timeout: float | None) -> bool:
    """Wait until there is something to read, up to `timeout` seconds; None waits for ever."""
    poll = select.poll()  # select.select fails where a kernel has more than 1024 files open
    poll.register(source, select.POLLIN)
    return bool(poll.poll(None if timeout is None else timeout * 1000))
