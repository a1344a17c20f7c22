"""Holds interrupts (Ctrl-C, the stop button of a notebook) back while a run is being started."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Self


class HeldInterrupts:
    """Holds SIGINT back until the end of the block or :meth:`let_through`.

    Only the main thread is interrupted; in other threads it does nothing.

    Examples
    --------
    >>> with HeldInterrupts() as interrupts:
    ...     started = "what must be undone"
    ...     try:
    ...         interrupts.let_through()
    ...     except KeyboardInterrupt:
    ...         started = None
    """

    def __init__(self) -> None:
        self._came = False
        self._is_holding = False

    def __enter__(self) -> Self:
        self._handler = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and self._handler is not None:
            self._is_holding = True
            signal.signal(signal.SIGINT, self._remember)
        return self

    def __exit__(self, *_: object) -> None:
        self.let_through()

    def let_through(self) -> None:
        """Stop holding interrupts back; one that came meanwhile is raised here as a KeyboardInterrupt."""
        if self._is_holding:
            self._is_holding = False
            signal.signal(signal.SIGINT, self._handler)
            if self._came:
                signal.raise_signal(signal.SIGINT)

    @contextlib.contextmanager
    def passing(self) -> Iterator[None]:
        """Allow interrupts within a block that may take long and can be undone."""
        was_holding = self._is_holding
        self.let_through()
        try:
            yield
        finally:
            if was_holding:
                self.__enter__()

    def _remember(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's
        self._came = True
