"""``purge``: remove deleted runs for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from guild_ipy.api.changing.each_run import EachRun, do_to_each
from guild_ipy.store.trash import purge_run

if TYPE_CHECKING:
    from guild_ipy.api.handle import Run
    from guild_ipy.api.session import Session


def purge(session: Session, runs: Sequence[Run]) -> EachRun:
    """Remove runs of the trash, with all their files; nothing brings them back.

    A run that is running is refused; the others are removed.
    """

    def remove(run: Run) -> Run:
        purge_run(session.home, run.dir)
        return run

    return do_to_each("purged", runs, remove)


def purged_message(done: EachRun) -> str:
    """Say which runs were removed."""
    gone = f"; {'it' if len(done.runs) == 1 else 'they'} cannot be restored" if done.runs else ""
    return f"{done}{gone}"
