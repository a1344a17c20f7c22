"""The viewer for the place where a run is started: a cell of a notebook, or a stream."""

from __future__ import annotations

from guild_ipy.session.session import find_shell
from guild_ipy.session.viewer import Viewer
from guild_ipy.view.live import PreviewingViewer, StreamViewer


def make_viewer(start_command: str, *, previews: bool) -> Viewer:
    """Return a viewer for the place where the call is made.

    With `previews` a stream has the preview of a run; the head of a run below a cell always has it.
    """
    shell = find_shell()
    if shell is not None and hasattr(shell, "kernel"):
        from guild_ipy.view.cell.cell_viewer import CellViewer  # start-up cost: for notebooks
        from guild_ipy.view.cell.publisher import Publisher

        return CellViewer(Publisher(shell), start_command)
    return (PreviewingViewer if previews else StreamViewer)(start_command)
