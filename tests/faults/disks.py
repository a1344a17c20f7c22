"""A disk that can be filled: a small tmpfs where mounting is allowed, else a limit on the size of files."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_SIZE = 8 * 2**20
_FILL = "fill"
#: Set to ``limit`` to try what happens where mounting is not allowed.
_CHOICE = os.environ.get("GUILD_IPY_FAULTS_DISK")


class Disk(Protocol):
    """A folder, and a way to let writes to it fail."""

    path: str
    kind: str
    grain: int
    """What a small file takes of it."""
    complaint: str
    """What is in the output of a run that has filled it."""

    def fill(self, *, leave: int = 0, writer: int = 0) -> None:
        """Let no more than `leave` bytes fit, for the process `writer` (0 is the caller) at least."""
        ...

    def free(self) -> None:
        """Let all fit again."""
        ...


class TmpfsDisk:
    """A file system of 8 MiB."""

    kind = "a tmpfs of 8 MiB"
    grain = 4096
    complaint = "No space left on device"

    def __init__(self, path: str) -> None:
        self.path = path

    def fill(self, *, leave: int = 0, writer: int = 0) -> None:
        """See :class:`Disk`."""
        self.free()
        with open(f"{self.path}/{_FILL}", "wb", buffering=0) as file:
            with contextlib.suppress(OSError):
                while file.write(bytes(65536)):
                    pass
            with contextlib.suppress(OSError):
                while file.write(bytes(4096)):
                    pass
            file.truncate(file.tell() - leave)

    def free(self) -> None:
        """See :class:`Disk`."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{self.path}/{_FILL}")


class LimitedDisk:
    """No file may become larger than what is left."""

    kind = "a limit on the size of files (RLIMIT_FSIZE), since mounting is not allowed here"
    grain = 64
    complaint = ""

    def __init__(self, path: str) -> None:
        self.path = path
        self._limited: set[int] = set()

    def fill(self, *, leave: int = 0, writer: int = 0) -> None:
        """See :class:`Disk`."""
        self._limited.add(writer)
        _, hard = resource.prlimit(writer, resource.RLIMIT_FSIZE)
        resource.prlimit(writer, resource.RLIMIT_FSIZE, (leave, hard))

    def free(self) -> None:
        """See :class:`Disk`."""
        for writer in self._limited:
            with contextlib.suppress(ProcessLookupError):
                _, hard = resource.prlimit(writer, resource.RLIMIT_FSIZE)
                resource.prlimit(writer, resource.RLIMIT_FSIZE, (hard, hard))
        self._limited.clear()


@contextmanager
def open_disk(path: str) -> Iterator[Disk]:
    """Give a disk at `path`, an empty folder."""
    mounted = _CHOICE != "limit" and _mount(path)
    disk = TmpfsDisk(path) if mounted else LimitedDisk(path)
    try:
        yield disk
    finally:
        disk.free()
        if mounted:
            subprocess.run(["umount", "--lazy", path], check=True)


def _mount(path: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", path]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
