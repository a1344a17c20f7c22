"""Limits the processor time of pattern matches: one that backtracks may otherwise never end.

``re`` handles signals while it matches, so a timer can end a match; another process would cost a fork for each run. The
timer counts processor time, so that no match ends early because the machine is busy or was asleep. Only the main thread
handles signals: other threads leave matching to the main thread of another process
(:mod:`guild_ipy.engine.output.recover`).
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


def can_limit() -> bool:
    """Whether a match can be ended in the calling thread."""
    return threading.current_thread() is threading.main_thread()


class TooSlow(Exception):
    """A match has taken too long."""


class MatchLimit:
    """Raises `TooSlow` in a match each time when `seconds` of processor time are used."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._is_matching = False
        self._is_over = False

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """Count the processor time of this block, if the thread can be limited."""
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
