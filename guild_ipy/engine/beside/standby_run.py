"""The process of a run, forked before the run is asked for: it waits until its supervisor says which run it is.

The supervisor sends a byte with the descriptor of the run's lock and then the launch request, as soon as it has it, so
that the process can prepare itself; then ``PREPARED`` and ``GO`` of :mod:`guild_ipy.engine.launch_channel`.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterable
from typing import NoReturn

from guild_ipy.engine.beside.early_end import DONE
from guild_ipy.engine.beside.fork import become_run
from guild_ipy.engine.beside.own_server import Serve
from guild_ipy.engine.beside.warm_pages import WarmPages
from guild_ipy.engine.launch_channel import GO, PREPARED, is_readable, parse_request, send_word
from guild_ipy.store.files.messages import receive_message, send_message


class StandbyRun:
    """The process, as its supervisor sees it.

    Parameters
    ----------
    closes
        Descriptors of the supervisor that the run must not keep open.
    pages
        The memory that the run will write to.
    serve
        What its own fork server does, if it gets one.
    """

    def __init__(self, closes: Iterable[int], pages: WarmPages, serve: Serve) -> None:
        self._socket, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            _wait(theirs, (self._socket.detach(), *closes), pages, serve)
        theirs.close()
        os.setpgid(self.pid, self.pid)  # the run does the same; either may come first

    def tell(self, request: bytes, alive: int) -> bool:
        """Let it prepare itself for a request; return whether it was still alive."""
        try:
            socket.send_fds(self._socket, [b"r"], [alive])
            send_message(self._socket, request)
        except OSError:  # it was killed while it waited
            return False
        return True

    def open_program(self) -> None:
        """Let it open its program; its exit status tells if it fails."""
        send_word(self._socket, PREPARED)

    def execute_program(self) -> int:
        """Let it execute the program; return its process id."""
        send_word(self._socket, GO)
        return self.pid

    def dismiss(self) -> None:
        """Kill it before it executes a program."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def fileno(self) -> int:
        """Return the descriptor that is readable when :meth:`receive_end` has an answer."""
        return self._socket.fileno()

    def receive_end(self) -> int | None:
        """Return the exit status that the run tells; None if its process is to be waited for."""
        with self._socket:
            try:
                told = self._socket.recv(2)
            except ConnectionResetError:  # it ended before it had read all words
                return None
        return told[1] if told[:1] == DONE else None


def _wait(supervisor: socket.socket, closes: Iterable[int], pages: WarmPages, serve: Serve) -> NoReturn:
    try:
        for descriptor in closes:
            os.close(descriptor)
        _leave_the_supervisor()
        if not is_readable(supervisor, 0):
            pages.copy()
        message, alive, _, _ = socket.recv_fds(supervisor, 1, 1)
        if message:
            os.set_inheritable(alive[0], False)  # it stays open: the lock lasts as long as the run
            request = parse_request(receive_message(supervisor))
            if request.forks:
                become_run(request, supervisor, pages, serve)
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
