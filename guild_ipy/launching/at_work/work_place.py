"""Where runs work: on this machine, or on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # start-up cost: whoever reads the options of a batch or a queue starts no run
    from guild_ipy.launching.at_work.runs_at_work import RunsAtWork
    from guild_ipy.launching.launch import LaunchOptions
    from guild_ipy.session.session import Session


@dataclass(frozen=True, kw_only=True)
class WorkPlace:
    """Where runs work, and how many at a time."""

    jobs: int | None = None
    """How many at a time; None for one, or as many as the workers of a cluster have threads."""
    resources: str | None = None
    """The resources for them, as ``gpus=2,memory=64G``; None for those of the machine."""
    dask: str | None = None
    """The cluster on whose workers they work; None for this machine."""


def open_runs_at_work(session: Session, launch: LaunchOptions, place: WorkPlace) -> RunsAtWork:
    """Return what begins runs there; the caller closes it.

    Raises
    ------
    UsageError, EngineError
        If the cluster is not named as one is, or cannot be reached.
    """
    if place.dask is None:
        from guild_ipy.launching.at_work.local_runs import LocalRuns  # start-up cost, as above

        return LocalRuns(session, launch, jobs=place.jobs or 1, resources=place.resources)
    from guild_ipy.launching.at_work.dask_runs import DaskRuns  # optional dependency

    return DaskRuns(session, launch, address=place.dask, jobs=place.jobs)
