"""``watch``: show the output of a run while it goes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guild_ipy.api.handle import Run
from guild_ipy.api.session import Session
from guild_ipy.api.viewer import Viewer
from guild_ipy.api.watch import watch
from guild_ipy.arguments.selection import RunSelection, one_run
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.status import ACTIVE


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Which run to follow."""

    selection: RunSelection = one_run()

    def follow(self, session: Session, viewer: Viewer) -> Run:
        """Follow the run that is named, else the newest that is active, else the newest."""
        selection = self.selection
        if not selection.refs and not selection.filter.statuses:
            active = replace(selection, filter=replace(selection.filter, statuses=ACTIVE, limit=1), default="all")
            for found in active.find(session):
                return watch(session, found, viewer)
        return watch(session, selection.find_one(session), viewer)


VERB = Verb(
    name="watch",
    options=Watch,
    words="[RUN]",
    summary="Show the output of a run while it goes.",
    details="Without RUN the newest that is running. An interrupt ends the watching, not the run.",
)
