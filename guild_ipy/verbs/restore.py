"""``restore``: move deleted runs back to where they were."""

from __future__ import annotations

from dataclasses import dataclass

from guild_ipy.api.changing.changed_runs import ChangedRuns
from guild_ipy.api.changing.restore import restore
from guild_ipy.api.session import Session
from guild_ipy.arguments.option import switch
from guild_ipy.arguments.selection import RunSelection, deleted_runs
from guild_ipy.arguments.verb import Verb


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


VERB = Verb(
    name="restore",
    options=Restore,
    words="RUN ...",
    summary="Restore deleted runs.",
    details="Indexes count in the list of deleted runs, runs --deleted. Without RUN all deleted runs that pass the "
    "filters. A run is not restored while there is a run of its id.",
)
