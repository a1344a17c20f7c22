"""A run that is forked before anybody asks for it: it waits until its supervisor says which run it is."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterable
from typing import NoReturn

from guild_ipy.engine.fork import become_run
from guild_ipy.engine.launch import LaunchRequest, receive_request, send_request


class WaitingRun:
    """The supervisor's end of it.

    Parameters
    ----------
    closes
        Descriptors of the supervisor that the run must not keep open.
    """

    def __init__(self, closes: Iterable[int]) -> None:
        self._socket, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            _wait(theirs, (self._socket.detach(), *closes))
        theirs.close()
        os.setpgid(self.pid, self.pid)  # the run does the same; whoever comes first

    def start(self, request: LaunchRequest, output: int, alive: int) -> None:
        """Let it be the run that is requested; OSError if it is gone."""
        with self._socket:
            socket.send_fds(self._socket, [b"r"], [output, alive])
            send_request(self._socket, request)


def _wait(supervisor: socket.socket, closes: Iterable[int]) -> NoReturn:
    try:
        for descriptor in closes:
            os.close(descriptor)
        _leave_the_supervisor()
        message, descriptors, _, _ = socket.recv_fds(supervisor, 1, 2)
        if message:
            output, alive = descriptors
            os.set_inheritable(alive, False)  # it stays open: the lock lasts as long as the run
            with supervisor:
                request = receive_request(supervisor)
            become_run(request, output)
    finally:
        os._exit(1)


def _leave_the_supervisor() -> None:
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
