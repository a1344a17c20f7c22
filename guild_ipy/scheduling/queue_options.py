"""The flags of a queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import Flags


@dataclass(frozen=True, kw_only=True)
class QueueOptions:
    """How a queue starts runs."""

    runs_once: bool = False
    """Whether it ends when no staged run is left that it takes."""
    waits_for_running: bool = True
    """Whether it starts a run only when no other run is at work."""
    jobs: int = 1
    """How many runs it has at work at a time."""
    where: str | None = None
    """An expression of the select language that the runs pass which it takes."""
    resources: str | None = None
    """What it has for its runs; None for what the machine has."""
    poll_interval: float = 10.0
    """Seconds between looks, where the file system does not tell of changes."""

    @classmethod
    def of(cls, flags: Flags) -> Self:
        """Return the options of a queue with these flags; one that is missing, as in queues of Guild AI, is usual."""
        where, jobs, seconds = flags.get("where"), flags.get("jobs"), flags.get("poll-interval")
        resources = flags.get("resources")
        jobs = jobs if isinstance(jobs, int) else 1
        return cls(
            runs_once=bool(flags.get("run-once", False)),
            waits_for_running=bool(flags.get("wait-for-running", True)) and jobs == 1,
            jobs=jobs,
            resources=resources if isinstance(resources, str) else None,
            where=where if isinstance(where, str) else None,
            poll_interval=float(seconds) if isinstance(seconds, int | float) else cls.poll_interval,
        )

    @property
    def taken(self) -> RunFilter:
        """The runs that it takes."""
        return RunFilter(statuses=frozenset({RunStatus.STAGED}), where=self.where)
