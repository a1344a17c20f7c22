"""``stop``: end runs that are running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.stop import stop_run
from guild_ipy.store.lock import read_lock

if TYPE_CHECKING:
    from guild_ipy.api.context import Context
    from guild_ipy.api.handle import Run


def stop(context: Context, runs: Sequence[Run], tell: Callable[[str], object] = str) -> list[Run]:
    """Stop those of `runs` that are running, and wait for their end; those that were.

    `tell` gets a line for each before it is stopped.
    """
    running = [run for run in runs if run.status is RunStatus.RUNNING]
    for run in running:
        lock = read_lock(run.dir)
        tell(f"Stopping {run.short_id}" + (f" (pid {lock.run.pid})" if lock else ""))
        stop_run(run.dir, context.settings)
    return running
