"""A limit of processor time for matching output: a pattern that backtracks may otherwise take for ever.

``re`` looks for signals while it matches, so a timer ends a match where it is; no other process is needed, which would
cost a fork for each run. The timer counts the time of the processor, so a machine that is busy, or was asleep, ends no
match of another. Signals reach the main thread only: elsewhere nothing is limited, and other threads leave matching to
the main thread of another process (:mod:`guild_ipy.engine.output.recover`).
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


def can_limit() -> bool:
    """Whether the calling thread is one in which a match can be ended."""
    return threading.current_thread() is threading.main_thread()


class TooSlow(Exception):
    """A match has taken more than its time."""


class MatchLimit:
    """Raises `TooSlow` in a match that goes on when `seconds` have been worked, and again each time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._is_matching = False
        self._is_over = False

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """Count the time of what is done in this block, where that is possible."""
        if not can_limit():
            yield
            return
        handler = signal.signal(signal.SIGVTALRM, self._ring)
        timer = signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds, self._seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, *timer)
            signal.signal(signal.SIGVTALRM, handler or signal.SIG_DFL)

    @contextlib.contextmanager
    def matching(self) -> Iterator[None]:
        """Let `TooSlow` end this block."""
        self._is_matching = True
        try:
            if self._is_over:
                self._end()
            yield
        finally:
            self._is_matching = False

    def _ring(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler
        self._is_over = True
        if self._is_matching:
            self._end()

    def _end(self) -> None:
        self._is_over = False
        raise TooSlow
