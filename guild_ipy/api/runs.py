"""``runs``: which runs there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guild_ipy.api.selection import EVERY, list_matching

if TYPE_CHECKING:
    from guild_ipy.api.context import Context
    from guild_ipy.api.handle import Run
    from guild_ipy.domain.run_filter import RunFilter


def list_runs(context: Context, run_filter: RunFilter = EVERY) -> list[Run]:
    """Give the runs that pass a filter, newest first."""
    return list_matching(context, run_filter)
