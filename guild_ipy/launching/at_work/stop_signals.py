"""The signals that stop a run which itself starts runs: a pipeline, a batch."""

from __future__ import annotations

import signal
from types import FrameType


class StopSignals:
    """Takes SIGTERM for SIGINT, and remembers which of the two came first: the run that is at work is stopped, too."""

    def __init__(self) -> None:
        self.number = 0
        signal.signal(signal.SIGINT, self._interrupt)
        signal.signal(signal.SIGTERM, self._pass_on)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's
        self.number = self.number or number
        raise KeyboardInterrupt

    def _pass_on(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's
        self.number = self.number or number
        signal.raise_signal(signal.SIGINT)  # which is held back while a run is being made
