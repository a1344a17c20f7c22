"""What a run still holds when its operation is over.

The end of a process frees its memory and its devices, which takes a millisecond for an empty run and seconds for one
that used much. Whoever waits for a run wants them back, so the run is over when its process is gone. But a run that
holds no more than it was forked with keeps nobody waiting: it closes its files and says that it is done.
"""

from __future__ import annotations

import os
import resource

#: How much memory may be freed behind the back of who waits for the run.
_LITTLE_KIB = 65536
_MOST_DESCRIPTORS = 2**20


def peak_memory() -> int:
    """Give the most memory that this process has held so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def holds_little(peak_before: int) -> bool:
    """Whether the process has no children, one thread (CUDA has several), and grew little beyond `peak_before` KiB."""
    try:
        grew = peak_memory() - peak_before
        return grew < _LITTLE_KIB and not _has_children() and len(os.listdir("/proc/self/task")) == 1
    except OSError:  # no descriptor is left to look with, or the operation has locked itself up: it may hold anything
        return False


def close_files_but(descriptor: int) -> None:
    """Close every descriptor but this one: locks and ports are free then, and nothing more is printed."""
    os.closerange(0, descriptor)
    os.closerange(descriptor + 1, _MOST_DESCRIPTORS)


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
