"""``restore``: move deleted runs back to where they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from guild_ipy.api.changing.each_run import EachRun, do_to_each
from guild_ipy.api.handle import Run
from guild_ipy.store.trash import id_before_deletion, restore_run

if TYPE_CHECKING:
    from guild_ipy.api.session import Session


def restore(session: Session, runs: Sequence[Run]) -> EachRun:
    """Move runs from the trash back to the live runs.

    A run is refused while there is a live run of its id; the others are restored. Of several deleted runs of one id
    the last that was deleted is restored.
    """
    last_first = sorted(runs, key=lambda run: run.id != id_before_deletion(run.dir))
    return do_to_each("restored", last_first, lambda run: Run(restore_run(session.home, run.dir)))
