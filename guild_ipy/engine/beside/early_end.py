"""The word by which a run tells that it has ended, before its process is gone.

The end of a process frees its memory, which takes 1.7 ms for an empty run and 3.5 ms with pandas imported. Without the
word an empty run takes 2.3 to 2.6 times as long as a bare fork server with the same files, with it 1.8 to 2.1 times,
and 2.5 is promised (``benchmarks/overhead.py``).

A process may still hold memory, devices, files or children that the starter wants back, so a run has ended when its
process is gone. Only one that holds little more than it was forked with closes its files and sends ``DONE`` and its
exit status, a byte each, over the socket to its supervisor.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket

from guild_ipy.linux import count_threads, yield_processor

DONE = b"d"
#: How much memory may be freed after the run has told that it has ended.
_LITTLE_KIB = 65536
_MOST_DESCRIPTORS = 2**20


class EarlyEnd:
    """The run's side; made in the process of the run before it executes its program."""

    def __init__(self, supervisor: socket.socket) -> None:
        self._socket = supervisor
        self._owner = os.getpid()
        self._inode = os.fstat(supervisor.fileno()).st_ino
        self._peak_before = _peak_memory()

    def tell(self, exit_status: int) -> None:
        """Close all other files and tell that the run has ended, if it holds little.

        Nothing is told if the run has closed the socket, perhaps to open something else in its place, nor by a child
        that the run forked, which may come here by ``sys.exit`` or by returning.
        """
        if exit_status >= 0 and self._is_open() and self._holds_little():
            close_files_but(self._socket.fileno())
            with contextlib.suppress(OSError):  # the supervisor is gone; the next listing settles the run
                self._socket.sendall(DONE + bytes([exit_status]))
            yield_processor()  # to the supervisor: the end of this process takes long

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
            return grew < _LITTLE_KIB and not _has_children() and count_threads() == 1
        except OSError:  # it has no descriptor left to look with, or may not look: it may hold anything
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


def close_files_but(descriptor: int, *, first: int = 0) -> None:
    """Close every descriptor but this one, which frees locks and ports; those before `first` stay open, too."""
    os.closerange(first, descriptor)
    os.closerange(descriptor + 1, _MOST_DESCRIPTORS)
