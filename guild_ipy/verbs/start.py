"""``start``: start a staged run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guild_ipy.api.handle import Run
from guild_ipy.api.launching.launch import LaunchOptions
from guild_ipy.api.launching.start import start
from guild_ipy.api.session import Session
from guild_ipy.api.viewer import Viewer
from guild_ipy.arguments.launching import launch_options
from guild_ipy.arguments.option import switch
from guild_ipy.arguments.selection import RunSelection, one_run
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.status import RunStatus


@dataclass(frozen=True, kw_only=True)
class Start:
    """Which staged run to start, and how."""

    launch: LaunchOptions = launch_options()
    selection: RunSelection = one_run()
    yes: bool = switch("-y", "--yes", help="do not ask")

    @property
    def meant(self) -> RunSelection:
        """The run that is meant: where none is named the newest staged one."""
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
