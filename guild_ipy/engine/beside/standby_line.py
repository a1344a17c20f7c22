"""The line between a supervisor and a run that is its fork: a stream socket, on which each word is a byte.

=============  ==========  ==========================================================================
word           says        that
=============  ==========  ==========================================================================
``REQUEST``    supervisor  this is the run: with it comes ``alive``, after it the launch request
``PREPARED``   supervisor  all files are there
``GO``         supervisor  the run may go
``DONE``       run         nobody need wait for the end of its process; its exit status follows, a byte
=============  ==========  ==========================================================================

The end of a process frees its memory and its devices, which takes some milliseconds for an empty run, as long as all
else of it, and seconds for one that used much. Whoever waits for a run wants these back, so a run is over when its
process is gone. But one that holds no more than it was forked with keeps nobody waiting: it closes its files and says
that it is done.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket

from guild_ipy.linux import yield_processor

REQUEST = b"r"
DONE = b"d"
#: How much memory may be freed after the run has said that it is done.
_LITTLE_KIB = 65536
_MOST_DESCRIPTORS = 2**20


class Line:
    """The run's end of it."""

    def __init__(self, supervisor: socket.socket) -> None:
        self._socket = supervisor
        self._owner = os.getpid()
        self._inode = os.fstat(supervisor.fileno()).st_ino
        self._peak_before = _peak_memory()

    def hears(self, word: bytes) -> bool:
        """Wait for the next word; False if it is another, or the supervisor is gone."""
        return self._socket.recv(1) == word

    def say_done(self, exit_status: int) -> None:
        """Close all other files and say that the run is done, if it holds little.

        Nothing is said where the run has closed the line, perhaps to open something else in its place, nor by a child
        that the run forked, which may come here by ``sys.exit`` or by returning.
        """
        if exit_status >= 0 and self._is_open() and self._holds_little():
            _close_files_but(self._socket.fileno())
            with contextlib.suppress(OSError):  # the supervisor is gone; whoever lists the run settles it
                self._socket.sendall(DONE + bytes([exit_status]))
            yield_processor()  # the supervisor first: the end of this process takes long, and no one waits for it

    def _is_open(self) -> bool:
        if os.getpid() != self._owner:
            return False
        try:
            return os.fstat(self._socket.fileno()).st_ino == self._inode
        except OSError:
            return False

    def _holds_little(self) -> bool:
        """Whether the process has no children, one thread (CUDA has several), and grew little since it was forked."""
        try:
            grew = _peak_memory() - self._peak_before
            return grew < _LITTLE_KIB and not _has_children() and len(os.listdir("/proc/self/task")) == 1
        except OSError:  # it has no descriptor left to look with, or has locked itself up: it may hold anything
            return False


def _peak_memory() -> int:
    """Return the most memory that this process has held so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _close_files_but(descriptor: int) -> None:
    """Close every descriptor but this one: locks and ports are free then, and nothing more is printed."""
    os.closerange(0, descriptor)
    os.closerange(descriptor + 1, _MOST_DESCRIPTORS)
