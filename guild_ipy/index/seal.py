"""One writer at a time, and proof that nobody else has touched the database.

Whoever writes to the index holds an exclusive ``flock`` on the file ``lock``. Its content is the seal: the sizes,
inodes and times of change of the database and its log as the last writer left them, or the word ``writing`` while one
is at work. Bytes that anybody else has changed do not fit the seal.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from guild_ipy.store.regular_file import open_regular

_WRITING = b"writing"
_LENGTH = 256
_FIRST_PAUSE, _LONGEST_PAUSE = 0.0005, 0.02
#: After so long whoever waits for the lock has tried to take it.
TURN_SECONDS = 0.03


class IndexBusy(OSError):
    """Another process holds the index for longer than one is willing to wait."""


class Seal:
    """The lock on an index, held."""

    def __init__(self, descriptor: int, database: str) -> None:
        self._descriptor = descriptor
        self._database = database

    def is_intact(self) -> bool:
        """Whether the database is as its last writer left it; true also if that one died at work."""
        content = _read(self._descriptor)
        return content in {_WRITING, seal_of(self._database)}

    def was_left_open(self) -> bool:
        """Whether the last writer died at work."""
        return _read(self._descriptor) == _WRITING

    def break_open(self) -> None:
        """Say that the database is being changed."""
        self._write(_WRITING)

    def close(self) -> None:
        """Seal the database as it is now."""
        self._write(seal_of(self._database))

    def _write(self, content: bytes) -> None:
        os.pwrite(self._descriptor, content.ljust(_LENGTH), 0)


@contextmanager
def hold_seal(lock: str, database: str, timeout: float) -> Iterator[Seal]:
    """Hold the lock of an index.

    Raises
    ------
    IndexBusy
        If it cannot be had within `timeout` seconds.
    OSError
        If the file cannot be written.
    """
    descriptor = open_regular(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, lock, timeout)
        yield Seal(descriptor, database)
    finally:
        os.close(descriptor)


def read_seal(lock: str) -> bytes | None:
    """Read the seal without the lock; None while somebody writes."""
    descriptor = open_regular(lock)
    try:
        content = _read(descriptor)
    finally:
        os.close(descriptor)
    return None if content == _WRITING else content


def seal_of(database: str) -> bytes:
    """Give the seal that fits a database as it is now."""
    return b"sealed " + " ".join(map(_describe, (database, f"{database}-wal"))).encode()


def _describe(path: str) -> str:
    try:
        info = os.stat(path)
    except FileNotFoundError:
        return "-"
    if path.endswith("-wal"):  # opening it makes an empty one, and as root changes the inode
        return f"{info.st_ino}:{info.st_size}:{info.st_mtime_ns}" if info.st_size else "-"
    return f"{info.st_ino}:{info.st_size}:{info.st_mtime_ns}:{info.st_ctime_ns}"


def _read(descriptor: int) -> bytes:
    return os.pread(descriptor, _LENGTH, 0).rstrip()


def is_waited_for(lock: str) -> bool:
    """Whether a process waits for the lock."""
    try:
        with _open_queue(lock) as queue:
            fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


def _take(descriptor: int, lock: str, timeout: float) -> None:
    if _try(descriptor):
        return
    deadline = time.monotonic() + timeout
    pause = _FIRST_PAUSE
    with _open_queue(lock) as queue:
        fcntl.flock(queue, fcntl.LOCK_SH)
        while time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            if _try(descriptor):
                return
    raise IndexBusy("the index is busy")


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_queue(lock: str) -> IO[bytes]:
    """Open the file that is locked, shared, by those who wait."""
    return os.fdopen(open_regular(f"{lock}.queue", os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab")
