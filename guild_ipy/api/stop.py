"""``stop``: end runs that are running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.stop import check_stoppable, find_running_process, stop_run

if TYPE_CHECKING:
    from guild_ipy.api.handle import Run
    from guild_ipy.api.session import Session


def stop(session: Session, runs: Sequence[Run], tell: Callable[[str], object] = str) -> list[Run]:
    """Stop those of `runs` that are running, and wait for their end; those that were.

    `tell` gets a line for each before any is stopped.

    Raises
    ------
    RunStateError
        If one of them is run by another user, or on another machine, or does not end; where it is another user's, none
        is stopped.
    """
    running = [run for run in runs if run.status is RunStatus.RUNNING]
    for run in running:
        check_stoppable(run.dir)
    for run in running:
        tell(_announce(run))
    for run in running:
        stop_run(run.dir, session.settings)
    return running


def _announce(run: Run) -> str:
    process = find_running_process(run.dir)
    pid = "" if process is None else f" (pid {process.pid})"
    started = "" if run.started is None else f", started {run.started:%Y-%m-%d %H:%M:%S}"
    return f"Stopping {run.short_id}{pid}: {run.operation}{started}"
