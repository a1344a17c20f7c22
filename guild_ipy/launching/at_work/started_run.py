"""A run whose process this one has asked for, until it has ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from guild_ipy.engine.executors import RunFuture
from guild_ipy.engine.stopping import resume_supervisor
from guild_ipy.session.run_handle import Run
from guild_ipy.store.displays.display import Display
from guild_ipy.store.state.lock import is_alive

#: How often it is looked whether a run has stopped its supervisor (SIGSTOP).
_LOOK_SECONDS = 2.0


@dataclass(kw_only=True)
class StartedRun:
    """A run, and what its supervisor tells of it."""

    run: Run
    future: RunFuture
    next_look: float = field(default_factory=lambda: time.monotonic() + _LOOK_SECONDS)

    def has_ended(self, timeout: float = 0) -> bool:
        """Wait for its end, for `timeout` seconds at most, and return whether it has come."""
        if self.future.wait(timeout):
            return self.future.ended or bool(self.future.failure) or not is_alive(self.run.dir)
        if time.monotonic() > self.next_look:
            resume_supervisor(self.run.dir)
            self.next_look = time.monotonic() + _LOOK_SECONDS
        return False


class OutputOfRuns:
    """Writes the output of runs to the output of this process; what one has printed ends with its line."""

    def __init__(self) -> None:
        self._is_within_line = False

    def write(self, pieces: Iterable[str | Display]) -> None:
        """Write what a run has printed; of what it has displayed the text is in the pieces."""
        for piece in pieces:
            if isinstance(piece, str) and piece:
                sys.stdout.write(piece)
                self._is_within_line = not piece.endswith("\n")
        sys.stdout.flush()

    def end(self, pieces: Iterable[str | Display]) -> None:
        """Write the last of what a run has printed."""
        self.write(pieces)
        if self._is_within_line:
            self.write(["\n"])
