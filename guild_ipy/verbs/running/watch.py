"""``watch``: show the output of a run as it appears."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from guild_ipy.arguments.run_selection import RunSelection, one_run
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.status import ACTIVE
from guild_ipy.launching.launch import follow
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Viewer


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Which run to follow."""

    selection: RunSelection = one_run()

    def follow(self, session: Session, viewer: Viewer) -> Run:
        """Show the run that is named, else the newest active one, else the newest."""
        selection = self.selection
        if not selection.refs and not selection.filter.statuses:
            active = replace(selection, filter=replace(selection.filter, statuses=ACTIVE, limit=1), default="all")
            for found in active.find(session):
                return watch(session, found, viewer)
        return watch(session, selection.find_one(session), viewer)


def watch(session: Session, run: Run, viewer: Viewer) -> Run:
    """Show the output of a run from its beginning until it ends; interrupting only ends the watching."""

    def has_ended(timeout: float) -> bool:
        if run.has_ended:
            return True
        time.sleep(timeout)
        return False

    viewer.began(run)
    try:
        follow(session, run, has_ended, viewer)
    except KeyboardInterrupt:
        viewer.not_watched(run)
        return run
    viewer.ended(run)
    return run


VERB = Verb(
    name="watch",
    options=Watch,
    words="[RUN]",
    summary="Show the output of a run while it goes.",
    details="Without RUN the newest that is running. An interrupt ends the watching, not the run.",
)
