"""The viewer for the place where a run is started: a cell of a notebook, or a stream."""

from __future__ import annotations

from guild_ipy.session.session import find_shell
from guild_ipy.session.viewer import Viewer
from guild_ipy.view.cell.publisher import Publisher
from guild_ipy.view.live import PreviewingViewer, StreamViewer


def make_viewer(start_command: str, *, previews: bool) -> Viewer:
    """Return a viewer for the place where the call is made.

    With `previews` a stream has the preview of a run; the head of a run below a cell always has it.
    """
    kernel = find_kernel()
    if kernel is not None:
        from guild_ipy.view.cell.cell_viewer import CellViewer  # start-up cost: for notebooks

        return CellViewer(kernel, start_command)
    return (PreviewingViewer if previews else StreamViewer)(start_command)


def find_kernel() -> Publisher | None:
    """Return what shows something below the cell that is executed; None where there is no kernel."""
    shell = find_shell()
    return Publisher(shell) if shell is not None and hasattr(shell, "kernel") else None
