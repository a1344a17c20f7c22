"""``delete``: move runs to the trash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunStateError
from guild_ipy.store.owners import check_changeable
from guild_ipy.store.trash import delete_run

if TYPE_CHECKING:
    from guild_ipy.api.context import Context
    from guild_ipy.api.handle import Run


def delete(context: Context, runs: Sequence[Run]) -> int:
    """Move runs to the trash, from where they can be restored; how many there were.

    Raises
    ------
    RunStateError
        If one of them is running; none is deleted then.
    StoreError
        If one of them may not be changed by this user; none is deleted then.
    """
    check_changeable(run.dir for run in runs)
    for run in runs:
        if run.status is RunStatus.RUNNING:
            raise RunStateError(f"run {run.short_id} is running; stop it first")
    home = context.home
    for run in runs:
        delete_run(home, run.dir)
    return len(runs)
