"""``start``: start a staged run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guild_ipy.arguments.launch_options import launch_options
from guild_ipy.arguments.option import switch
from guild_ipy.arguments.run_selection import RunSelection, one_run
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.status import RunStatus
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import start
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Viewer


@dataclass(frozen=True, kw_only=True)
class Start:
    """Which staged run to start, and how."""

    launch: LaunchOptions = launch_options()
    selection: RunSelection = one_run()
    yes: bool = switch("-y", "--yes", help="do not ask")

    @property
    def meant(self) -> RunSelection:
        """The selection that counts: where no run is named, the newest staged one."""
        selection = self.selection
        if selection.refs or selection.filter.statuses:
            return selection
        return replace(selection, filter=replace(selection.filter, statuses=frozenset({RunStatus.STAGED})))

    def follow(self, session: Session, viewer: Viewer) -> Run | None:
        """Start the run, and follow it to its end; None if the viewer declines."""
        return start(session, self.meant.find_one(session), self.launch, viewer)


VERB = Verb(
    name="start",
    options=Start,
    words="[RUN]",
    summary="Start a staged run.",
    details="Without RUN the newest staged run.",
)
