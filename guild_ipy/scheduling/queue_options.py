"""The flags of a queue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import Flags
from guild_ipy.launching.at_work.work_place import WorkPlace


@dataclass(frozen=True, kw_only=True)
class QueueOptions:
    """How a queue starts runs."""

    runs_once: bool = False
    """Whether it ends when no staged run is left that it takes."""
    waits_for_running: bool = True
    """Whether it starts a run only when no other run is at work."""
    place: WorkPlace = field(default_factory=WorkPlace)
    """Where it has runs at work, and how many at a time."""
    retry: int = 0
    """How often it starts a run again that fails."""
    where: str | None = None
    """An expression of the select language that the runs pass which it takes."""
    poll_interval: float = 10.0
    """Seconds between looks, where the file system does not tell of changes."""

    @classmethod
    def of(cls, flags: Flags) -> Self:
        """Return the options of a queue with these flags; one that is missing, as in queues of Guild AI, is usual."""
        jobs, retry, seconds = flags.get("jobs"), flags.get("retry"), flags.get("poll-interval")
        place = WorkPlace(
            jobs=jobs if isinstance(jobs, int) else None, resources=_text(flags, "resources"), dask=_text(flags, "dask")
        )
        is_parallel = place.dask is not None or (place.jobs or 1) > 1
        return cls(
            runs_once=bool(flags.get("run-once", False)),
            waits_for_running=bool(flags.get("wait-for-running", True)) and not is_parallel,
            place=place,
            retry=retry if isinstance(retry, int) else 0,
            where=_text(flags, "where"),
            poll_interval=float(seconds) if isinstance(seconds, int | float) else cls.poll_interval,
        )

    @property
    def taken(self) -> RunFilter:
        """The runs that it takes."""
        return RunFilter(statuses=frozenset({RunStatus.STAGED}), where=self.where)


def _text(flags: Flags, name: str) -> str | None:
    value = flags.get(name)
    return value if isinstance(value, str) and value else None
