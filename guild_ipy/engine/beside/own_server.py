"""The fork server of a run that starts runs itself, such as a batch: a fork of the run before it has done anything.

It has loaded what the run was forked with, so nothing is loaded a second time. It ends with that run, or after some
time without a request, as every fork server.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import NoReturn

from guild_ipy.engine.beside.early_end import close_files_but
from guild_ipy.engine.beside.warm_pages import RunPages
from guild_ipy.engine.fork_server import ForkServer, ServerKey
from guild_ipy.linux import message_pair, open_process

Serve = Callable[[socket.socket, RunPages, float], object]
"""What a fork server does: ``serve`` of :mod:`guild_ipy.engine.beside.standby`."""

#: The first descriptor after those of standard input, output and error, which lead nowhere here.
_FIRST_DESCRIPTOR = 3


def fork_own_server(serve: Serve, idle: float) -> ForkServer:
    """Fork a fork server, which ends after `idle` seconds without a request; the calling process has no threads.

    OSError if no process could be forked.
    """
    ours, theirs = message_pair()
    pid = os.fork()
    if pid == 0:
        _become_server(theirs, serve, idle)
    theirs.close()
    key = ServerKey.current(sys.modules, os.environ)
    return ForkServer(key, ours, ForkedProcess(pid), is_ready=True)


class ForkedProcess:
    """A process that this one has forked."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._exit_status: int | None = None

    def poll(self) -> int | None:
        """Return its exit status; None if it has not ended."""
        if self._exit_status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._exit_status = os.waitstatus_to_exitcode(status) if pid else None
        return self._exit_status

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit status; ``subprocess.TimeoutExpired`` if it takes longer."""
        if self.poll() is None:
            descriptor = open_process(self.pid)
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            poll.poll(None if timeout is None else timeout * 1000)
            os.close(descriptor)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return status

    def kill(self) -> None:
        """Kill it, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def _become_server(server: socket.socket, serve: Serve, idle: float) -> NoReturn:
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors are reaped by the system
        close_files_but(server.fileno(), first=_FIRST_DESCRIPTOR)  # among them the lock of the run
        serve(server, RunPages(), idle)
    finally:
        os._exit(0)
