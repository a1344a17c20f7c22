"""``runs``: which runs there are."""

from __future__ import annotations

from dataclasses import replace

from guild_ipy.api.finding.selection import list_matching
from guild_ipy.api.handle import Run
from guild_ipy.api.session import Session
from guild_ipy.domain.run_filter import EVERY, RunFilter
from guild_ipy.store.run import RunRecord


def list_runs(session: Session, run_filter: RunFilter = EVERY, *, full: bool = False) -> list[Run]:
    """Return the runs that pass a filter, newest first.

    Parameters
    ----------
    session, run_filter
        Which runs.
    full
        Also see at once what others have changed in place in runs that have ended; else that takes some seconds.
    """
    return list_matching(session, run_filter, full=full)


def list_stale(session: Session, run_filter: RunFilter = EVERY) -> list[Run]:
    """Return those among the runs that pass a filter which are stale (:mod:`guild_ipy.api.stale`), newest first."""
    from guild_ipy.api.stale import find_stale  # start-up cost: for those who ask

    runs = list_matching(session, replace(run_filter, limit=None))
    stale = find_stale(session.index.records, (run.dir for run in runs))
    return [run for run in runs if run.id in stale][: run_filter.limit]


def list_records(session: Session, run_filter: RunFilter = EVERY, *, full: bool = False) -> list[RunRecord]:
    """Return what one look at these runs found, for tables; see :func:`list_runs`."""
    return session.index.records(run_filter, full=full)
