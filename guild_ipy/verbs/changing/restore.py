"""``restore``: move deleted runs back to where they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guild_ipy.arguments.option import switch
from guild_ipy.arguments.run_selection import RunSelection, deleted_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.trash import id_before_deletion, restore_run
from guild_ipy.verbs.changing.each_run import EachRun, do_to_each
from guild_ipy.view.changed_runs import ChangedRuns


@dataclass(frozen=True, kw_only=True)
class Restore:
    """Which runs to restore."""

    selection: RunSelection = deleted_runs()
    yes: bool = switch("-y", "--yes", help="taken as guild takes it; nothing is asked here")

    def __post_init__(self) -> None:
        """Refuse to restore all runs unless they are named."""
        self.selection.check_named("restore")

    def carry_out(self, session: Session) -> ChangedRuns:
        """Restore the runs."""
        done = restore(session, self.selection.find(session))
        told = ChangedRuns(done.runs, str(done), failure=done.failure)
        return told.explained(session, self.selection.filter)


def restore(session: Session, runs: Sequence[Run]) -> EachRun:
    """Move runs from the trash back to the live runs.

    A run is refused while there is a live run of its id; the others are restored. Of several deleted runs of one id
    the one that was deleted last is restored.
    """
    last_first = sorted(runs, key=lambda run: run.id != id_before_deletion(run.dir))
    return do_to_each("restored", last_first, lambda run: Run(restore_run(session.home, run.dir)))


VERB = Verb(
    name="restore",
    options=Restore,
    words="RUN ...",
    summary="Restore deleted runs.",
    details="Indexes count in the list of deleted runs, runs --deleted. Without RUN all deleted runs that pass the "
    "filters. A run is not restored while there is a run of its id.",
)
