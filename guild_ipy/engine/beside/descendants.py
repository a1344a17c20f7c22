"""Nothing of a run stays behind: its process group, and grandchildren that left it."""

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

    They are frozen before they are killed: what is frozen forks no more, and nothing dies that would make room for
    another, so also a swarm that forks as fast as it is killed comes to an end. What cannot be killed (it has become
    another user) is left after some seconds.
    """
    deadline = time.monotonic() + _LONGEST_SECONDS
    while _has_children() and (frozen := _freeze(os.getpid())) and time.monotonic() < deadline:
        for pid in frozen:
            _send(pid, signal.SIGKILL)
        while _collect(frozen) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)


def kill_tree(pid: int) -> None:
    """Kill a process and all of its descendants, frozen before."""
    _send(pid, signal.SIGSTOP)
    for each in [*_freeze(pid), pid]:
        _send(each, signal.SIGKILL)


def _has_children() -> bool:
    """Whether the caller has children; those that are dead already are collected."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _freeze(root: int) -> list[int]:
    """Stop all descendants of a process, until a look finds no new ones; those."""
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
    """Collect those children that are dead; whether some of them live on as children of the caller."""
    is_left = False
    for pid in pids:
        with contextlib.suppress(ChildProcessError):  # the child of another, for now
            is_left |= os.waitpid(pid, os.WNOHANG)[0] == 0
    return is_left


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
