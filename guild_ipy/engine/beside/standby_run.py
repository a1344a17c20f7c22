"""A run that is forked before anybody asks for it: it waits until its supervisor says which run it is."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Iterable
from typing import NoReturn

from guild_ipy.engine.beside.fork import become_run
from guild_ipy.engine.beside.standby_line import DONE, REQUEST, Line
from guild_ipy.engine.beside.warm_pages import WarmPages
from guild_ipy.engine.launch_channel import GO, PREPARED, is_readable, parse_request
from guild_ipy.store.files.messages import receive_message, send_message


class StandbyRun:
    """The supervisor's end of it.

    Parameters
    ----------
    closes
        Descriptors of the supervisor that the run must not keep open.
    pages
        What the run will write to.
    """

    def __init__(self, closes: Iterable[int], pages: WarmPages) -> None:
        self._socket, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            _wait(theirs, (self._socket.detach(), *closes), pages)
        theirs.close()
        os.setpgid(self.pid, self.pid)  # the run does the same; whoever comes first

    def tell(self, request: bytes, alive: int) -> bool:
        """Let it make itself ready for a request; whether it was there to hear it."""
        try:
            socket.send_fds(self._socket, [REQUEST], [alive])
            send_message(self._socket, request)
        except OSError:  # somebody killed it while it waited
            return False
        return True

    def tell_prepared(self) -> None:
        """Let it open its files."""
        self._say(PREPARED)

    def let_go(self) -> int:
        """Let it start; its process id."""
        self._say(GO)
        return self.pid

    def dismiss(self) -> None:
        """End it before it has been let go."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def fileno(self) -> int:
        """Return the descriptor that is readable once :meth:`hear` has an answer."""
        return self._socket.fileno()

    def hear(self) -> int | None:
        """Take its word: its exit status, None where its process is to be waited for."""
        with self._socket:
            said = self._socket.recv(2)
        return said[1] if said[:1] == DONE else None

    def _say(self, word: bytes) -> None:
        with contextlib.suppress(OSError):  # it failed to make itself ready; its exit status tells
            self._socket.sendall(word)


def _wait(supervisor: socket.socket, closes: Iterable[int], pages: WarmPages) -> NoReturn:
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
                become_run(request, Line(supervisor), pages)
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
