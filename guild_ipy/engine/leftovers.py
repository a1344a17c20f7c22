"""Nothing of a run stays behind: its process group, and grandchildren that left it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal

_C = ctypes.CDLL(None)
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of every descendant whose parent ends (Linux), so that it can be found."""
    with contextlib.suppress(OSError, AttributeError):  # another system: the process group alone is killed
        _C.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_group(group: int) -> None:
    """Kill a process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def kill_orphans() -> None:
    """Kill all children of the caller, and theirs as they become its children, and wait for them."""
    while _has_children() and (children := _children()):
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def has_other_children(pid: int) -> bool:
    """Whether the caller has another child than this one."""
    return _children() != [pid]


def _has_children() -> bool:
    """Whether the caller has children; those that are dead already are collected."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _children() -> list[int]:
    """Give the processes whose parent is the caller; none where the system does not tell."""
    try:
        descriptor = os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return []
    with open(descriptor, "rb", buffering=0) as file:
        return [int(pid) for pid in file.readall().split()]
