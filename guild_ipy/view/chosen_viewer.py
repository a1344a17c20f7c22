"""The viewer for the place where a run is started: a cell of a notebook, or a stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from guild_ipy.session.session import find_shell
from guild_ipy.session.viewer import Viewer
from guild_ipy.view.cell.publisher import Publisher
from guild_ipy.view.live import PreviewingViewer, StreamViewer

if TYPE_CHECKING:
    from guild_ipy.view.cell.head_place import HeadPlace


def choose_viewer(start_command: str, make_place: Callable[[Publisher], HeadPlace], *, previews: bool) -> Viewer:
    """Return a viewer for the place where the call is made.

    With `previews` a stream has the preview of a run; the head of a run below a cell, which is shown at the place that
    `make_place` returns, always has it.
    """
    kernel = find_kernel()
    if kernel is not None:
        from guild_ipy.view.cell.cell_viewer import CellViewer  # start-up cost: for notebooks

        return CellViewer(kernel, start_command, make_place(kernel))
    return (PreviewingViewer if previews else StreamViewer)(start_command)


def find_kernel() -> Publisher | None:
    """Return what shows something below the cell that is executed; None where there is no kernel."""
    shell = find_shell()
    return Publisher(shell) if shell is not None and hasattr(shell, "kernel") else None
