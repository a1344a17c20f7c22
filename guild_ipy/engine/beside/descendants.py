"""Kills the processes that a run leaves behind: its process group, and descendants that have left the group."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Iterator

from guild_ipy.linux import list_children

_LONGEST_SECONDS = 10.0
_POLL_SECONDS = 0.001


def kill_group(group: int) -> None:
    """Kill a process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def kill_descendants() -> None:
    """Kill all descendants of the caller and wait for them.

    They are stopped before they are killed: a stopped process does not fork, and none dies that would make room for
    another, so this ends even for processes that fork as fast as they are killed. A process that cannot be killed,
    since it has become another user's, is left after some seconds.
    """
    deadline = time.monotonic() + _LONGEST_SECONDS
    while _has_children() and (frozen := _freeze(os.getpid())) and time.monotonic() < deadline:
        for pid in frozen:
            _send(pid, signal.SIGKILL)
        while _collect(frozen) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)


def kill_tree(pid: int) -> None:
    """Stop a process and all of its descendants, then kill them."""
    _send(pid, signal.SIGSTOP)
    for each in [*_freeze(pid), pid]:
        _send(each, signal.SIGKILL)


def has_other_children(pid: int) -> bool:
    """Whether the caller has another child than this one."""
    return list_children(os.getpid()) != [pid]


def _has_children() -> bool:
    """Whether the caller has children; those that have ended already are collected."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _freeze(root: int) -> list[int]:
    """Stop all descendants of a process until no new ones are found; return them."""
    frozen: dict[int, None] = {}
    while new := [pid for pid in _descendants(root) if pid not in frozen]:
        for pid in new:
            _send(pid, signal.SIGSTOP)
            frozen[pid] = None
    return [*frozen]


def _descendants(root: int) -> Iterator[int]:
    waiting = [root]
    while waiting:
        for pid in list_children(waiting.pop()):
            yield pid
            waiting.append(pid)


def _collect(pids: Iterable[int]) -> bool:
    """Collect the children that have ended; return whether some are still alive."""
    is_left = False
    for pid in pids:
        with contextlib.suppress(ChildProcessError):  # its parent is another process, for now
            is_left |= os.waitpid(pid, os.WNOHANG)[0] == 0
    return is_left


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
