"""Runs that are started again because they failed, which happens only where a user has asked for it."""

from __future__ import annotations

from collections import Counter

from guild_ipy.domain.status import RunStatus
from guild_ipy.session.run_handle import Run
from guild_ipy.store.state.signals import is_stop, why_pruned


class Retries:
    """Counts how often runs were started again, since this process has begun.

    Parameters
    ----------
    most
        How often each.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: Counter[str] = Counter()

    def take(self, run: Run) -> str:
        """Count one more start of a run that has failed, and return which it is: ``1 of 3``.

        Empty for a run that is not to be started again: it has completed, was stopped, or was started often enough.
        """
        if self._counts[run.id] >= self._most or not _has_failed(run):
            return ""
        self._counts[run.id] += 1
        return f"{self._counts[run.id]} of {self._most}"


def _has_failed(run: Run) -> bool:
    """Whether a run ended in an error or was killed, and nobody has stopped it."""
    status = run.status
    if status is RunStatus.TERMINATED:
        return why_pruned(run.dir) is None and not is_stop(run.dir, run.exit_status or 0)
    return status is RunStatus.ERROR
