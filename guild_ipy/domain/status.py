"""The status of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import Enum


class RunStatus(Enum):
    """What a run is doing, or how it ended; the value is the word that users see."""

    PENDING = "pending"
    """Started, but its process is not running yet."""
    STAGED = "staged"
    """Prepared, to be started later."""
    RUNNING = "running"
    COMPLETED = "completed"
    """Ended with exit status 0."""
    ERROR = "error"
    """Ended with an exit status above 0, or could not be started."""
    TERMINATED = "terminated"
    """Ended by a signal, or stopped by the user."""
    DAMAGED = "damaged"
    """Its directory cannot be read; the reason is in :attr:`guild_ipy.Run.damage`."""

    @property
    def sign(self) -> str:
        """The sign that stands before it; meant to be told apart without colours."""
        return _SIGNS[self]

    @property
    def is_finished(self) -> bool:
        """Whether the run has ended for good."""
        return self in {RunStatus.COMPLETED, RunStatus.ERROR, RunStatus.TERMINATED}

    @property
    def is_active(self) -> bool:
        """Whether a process of the run lives or is about to."""
        return self in {RunStatus.PENDING, RunStatus.RUNNING}

    @classmethod
    def from_exit_status(cls, exit_status: int) -> RunStatus:
        """Map a process exit status: 0 is completed, above is error, below (a signal) is terminated."""
        if exit_status == 0:
            return cls.COMPLETED
        return cls.TERMINATED if exit_status < 0 else cls.ERROR

    def __str__(self) -> str:
        return self.value


_SIGNS = {
    RunStatus.PENDING: "○",
    RunStatus.STAGED: "◇",
    RunStatus.RUNNING: "●",
    RunStatus.COMPLETED: "✓",
    RunStatus.ERROR: "✗",
    RunStatus.TERMINATED: "■",
    RunStatus.DAMAGED: "!",
}


def describe_statuses(statuses: Iterable[RunStatus]) -> str:
    """Say how many there are of each status.

    Examples
    --------
    >>> describe_statuses([RunStatus.ERROR, RunStatus.COMPLETED, RunStatus.COMPLETED])
    '2 completed, 1 error'
    """
    counts = Counter(statuses)
    return ", ".join(f"{counts[status]:,} {status}" for status in RunStatus if counts[status])


#: Statuses of runs whose process lives or is about to.
ACTIVE = frozenset(status for status in RunStatus if status.is_active)
