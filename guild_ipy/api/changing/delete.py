"""``delete``: move runs to the trash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from guild_ipy.api.changing.changed_runs import command_of
from guild_ipy.api.changing.each_run import EachRun, do_to_each
from guild_ipy.api.handle import Run
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunStateError
from guild_ipy.store.owners import check_changeable
from guild_ipy.store.trash import delete_run

if TYPE_CHECKING:
    from guild_ipy.api.session import Session

_SHOWN = 10


def delete(session: Session, runs: Sequence[Run]) -> EachRun:
    """Move runs to the trash, from where they can be restored.

    A run that cannot be moved, as a link to a run elsewhere, is refused; the others are moved.

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
    home = session.home
    return do_to_each("deleted", runs, lambda run: Run(delete_run(home, run.dir)))


def deleted_message(done: EachRun) -> str:
    """Say which runs are in the trash now, and how they come back."""
    runs = done.runs
    if not runs:
        return "" if done.refused else "Deleted 0 runs: no run was selected"
    ids = " ".join(run.short_id for run in runs[:_SHOWN])
    back = f"Get {'it' if len(runs) == 1 else 'them'} back with `{command_of('restore')} {ids}`"
    if len(runs) > _SHOWN:
        back += f" and the ids of the others, which `{command_of('runs')} --deleted` lists"
    return f"{done}\n{back}"
