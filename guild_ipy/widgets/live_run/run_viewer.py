"""The viewer of runs for the place where they are started; below a cell it shows them as widgets while they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guild_ipy.session.viewer import Viewer
from guild_ipy.view.chosen_viewer import choose_viewer

if TYPE_CHECKING:
    from guild_ipy.view.cell.publisher import Publisher
    from guild_ipy.widgets.live_run.live_place import LivePlace


def make_viewer(start_command: str, *, previews: bool) -> Viewer:
    """Return a viewer for the place where the call is made; with `previews` a stream has the preview of a run."""
    return choose_viewer(start_command, _make_place, previews=previews)


def _make_place(publisher: Publisher) -> LivePlace:
    from guild_ipy.widgets.live_run.live_place import LivePlace  # start-up cost: for notebooks

    return LivePlace(publisher)
