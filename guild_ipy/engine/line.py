"""The line between a supervisor and a run that is its fork: a stream socket, on which each word is a byte.

=============  ==========  ==========================================================================
word           says        that
=============  ==========  ==========================================================================
``REQUEST``    supervisor  this is the run: with it comes ``alive``, behind it the launch request
``PREPARED``   supervisor  all files are there
``GO``         supervisor  the run may go
``OVER``       run         nothing follows any more but the end of its process
``DONE``       run         nobody need wait for that either; its exit status follows, a byte
=============  ==========  ==========================================================================
"""

from __future__ import annotations

import contextlib
import os
import socket

from guild_ipy.engine.remains import close_files_but
from guild_ipy.linux import yield_processor

REQUEST = b"r"
OVER = b"o"
DONE = b"d"


class Line:
    """The run's end of it."""

    def __init__(self, supervisor: socket.socket) -> None:
        self._socket = supervisor
        self._owner = os.getpid()
        self._inode = os.fstat(supervisor.fileno()).st_ino

    def hears(self, word: bytes) -> bool:
        """Wait for the next word; False if it is another, or the supervisor is gone."""
        return self._socket.recv(1) == word

    def say_over(self) -> None:
        """Say that it is over, unless the run has closed the line, perhaps to open something else in its place.

        A child that the run forked has nothing to say, though it may come here: by ``sys.exit``, or by returning.
        """
        if self._is_open():
            self._say(OVER)

    def say_done(self, exit_status: int) -> None:
        """Say that it is done, having closed all other files; as :meth:`say_over`."""
        if self._is_open():
            close_files_but(self._socket.fileno())
            self._say(DONE + bytes([exit_status]))
            yield_processor()  # the supervisor first: the end of this process takes long, and no one waits for it

    def _is_open(self) -> bool:
        if os.getpid() != self._owner:
            return False
        try:
            return os.fstat(self._socket.fileno()).st_ino == self._inode
        except OSError:
            return False

    def _say(self, word: bytes) -> None:
        with contextlib.suppress(OSError):  # the supervisor is gone; whoever lists the run settles it
            self._socket.sendall(word)
