"""``runs``: which runs there are."""

from __future__ import annotations

from guild_ipy.api.context import Context
from guild_ipy.api.handle import Run
from guild_ipy.api.selection import EVERY, list_matching
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.store import runs
from guild_ipy.store.run import RunRecord


def list_runs(context: Context, run_filter: RunFilter = EVERY) -> list[Run]:
    """Give the runs that pass a filter, newest first."""
    return list_matching(context, run_filter)


def list_records(context: Context, run_filter: RunFilter = EVERY) -> list[RunRecord]:
    """Give what one look at these runs found, for tables."""
    return runs.list_runs(context.home, run_filter)
