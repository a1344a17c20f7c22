"""``watch``: follow a run that someone else started, or that was left in the background."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

from guild_ipy.api.launching.launch import follow

if TYPE_CHECKING:
    from guild_ipy.api.handle import Run
    from guild_ipy.api.session import Session
    from guild_ipy.api.viewer import Viewer


def watch(session: Session, run: Run, viewer: Viewer) -> Run:
    """Show the output of a run from its beginning until it ends; interrupting only ends the watching."""

    def has_ended(timeout: float) -> bool:
        if run.has_ended:
            return True
        select.select([], [], [], timeout)
        return False

    try:
        follow(session, run, has_ended, viewer)
    except KeyboardInterrupt:
        viewer.output(f"\nNo longer watching {run.short_id}; the run goes on\n")
        return run
    viewer.ended(run)
    return run
