"""A supervisor that is forked before a run is asked for, so that no request waits for a fork.

The fork server keeps one. The supervisor receives the next request from the fork server's socket itself. It writes to
a pipe when the run has started, and closes the pipe when the run has ended; then the fork server forks the next one.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from typing import NoReturn

from guild_ipy.engine.beside import supervisor
from guild_ipy.engine.beside.standby_run import StandbyRun
from guild_ipy.engine.beside.warm_pages import RunPages
from guild_ipy.engine.launch_channel import is_readable
from guild_ipy.linux import adopt_orphans

#: The words on the pipe: its run has started; there is no request, and it ends.
_TAKEN = b"t"
_GAVE_UP = b"c"
#: In a notebook the next supervisor is forked when the run has ended, or after so long: it would slow down a short run.
REST_SECONDS = 0.2


def serve(server: socket.socket, pages: RunPages, idle: float, rest: float = 0.0) -> None:
    """Keep a supervisor waiting for the next request, until there are no more, or none for `idle` seconds.

    The next one is forked when the run of the last one has ended, or `rest` seconds after its start.
    """
    more = True
    while more:
        try:
            standby = Standby(server, pages, idle)
        except OSError:  # no process could be forked
            more = _refuse_request(server)
        else:
            more = standby.wait(rest)


class Standby:
    """The supervisor, as the fork server sees it; OSError if no process could be forked.

    Parameters
    ----------
    server
        The socket from which it receives a request.
    pages
        The memory that it and its run will write to.
    idle
        How many seconds it waits for a request.
    """

    def __init__(self, server: socket.socket, pages: RunPages, idle: float) -> None:
        self._server = server
        self._pipe, theirs = os.pipe()
        try:
            self.pid = os.fork()
            if self.pid == 0:
                os.close(self._pipe)
                _stand_by(server, theirs, pages, idle)
        except OSError:
            os.close(self._pipe)
            raise
        finally:
            os.close(theirs)

    def wait(self, rest: float) -> bool:
        """Wait until another one is needed; False if there will be no more requests, or it has given up waiting."""
        word = os.read(self._pipe, 1)
        if word == _TAKEN:
            _wait_for(self._server.fileno(), self._pipe, timeout=rest)
        elif word != _GAVE_UP:  # it was killed; the next one may be killed, too, so do not fork at once
            _wait_for(self._server.fileno(), timeout=REST_SECONDS)
        os.close(self._pipe)
        return word != _GAVE_UP


def _refuse_request(server: socket.socket) -> bool:
    """Drop the next request, so that its starter finds the channel closed; False if there are no more."""
    message, descriptors, _, _ = socket.recv_fds(server, 1, 2)
    for descriptor in descriptors:
        os.close(descriptor)
    return bool(message)


def _wait_for(*descriptors: int, timeout: float) -> None:
    """Wait until a descriptor is readable, but not long."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    poll.poll(timeout * 1000)


def _say(pipe: int, word: bytes) -> None:
    with contextlib.suppress(BrokenPipeError):  # the fork server was killed; the run does not need it
        os.write(pipe, word)


def _stand_by(server: socket.socket, pipe: int, pages: RunPages, idle: float) -> NoReturn:
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        adopt_orphans()
        standby_run = StandbyRun(closes=(server.fileno(), pipe), pages=pages.run, serve=serve)
        if not is_readable(server, 0):  # no request is waiting
            pages.supervisor.copy()
        descriptors = socket.recv_fds(server, 1, 2)[1] if is_readable(server, idle) else []
        server.close()
        if descriptors:
            channel, alive = descriptors
            for descriptor in descriptors:
                os.set_inheritable(descriptor, False)
            with socket.socket(fileno=channel) as talk:
                progress = supervisor.Progress(started=lambda: _say(pipe, _TAKEN), ended=lambda: os.close(pipe))
                supervisor.supervise(talk, alive, standby_run, progress)
            pages.supervisor.note()
        else:
            _say(pipe, _GAVE_UP)
        code = 0
    finally:
        os._exit(code)
