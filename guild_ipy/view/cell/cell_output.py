"""The output of a run below a cell: its text, and what it displayed at its places in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from guild_ipy.printable import printable
from guild_ipy.store.displays.display import Display, DisplayKind
from guild_ipy.view.cell.cell_places import CellPlaces
from guild_ipy.view.cell.cell_text import MOST_LINES, CellText
from guild_ipy.view.cell.publisher import Publisher


class CellOutput:
    """Shows output as it comes.

    Parameters
    ----------
    publisher
        Shows mimebundles below the cell.
    how_to_see_all
        Returns what a user does to see all lines, where only the first and the last are shown.
    most_lines
        How many lines are shown before only the last ones are.
    """

    def __init__(
        self, publisher: Publisher, how_to_see_all: Callable[[], str] = str, *, most_lines: float = MOST_LINES
    ) -> None:
        self._places = CellPlaces(publisher)
        self.text = CellText(self._places, how_to_see_all, most_lines=most_lines)
        self.has_displays = False
        self._has_told = False

    def show(self, pieces: Iterable[str | Display]) -> None:
        """Show output that is there, whole: what the run has not cleared."""
        for piece in _without_cleared(pieces):
            if isinstance(piece, str):
                self.text.write(piece)
            else:
                self.display(piece)
        self.close()

    def display(self, display: Display) -> None:
        """Show a bundle, of others only text and pictures; or update or clear what was shown before."""
        self.text.close()
        self.has_displays = True
        data = display.shown_data
        if display.kind is DisplayKind.CLEAR:
            self._places.clear(wait=display.wait)
            self.text.clear()
        elif display.kind is DisplayKind.UPDATE:
            self._places.update_named(display.display_id or "", data, display.metadata)
        elif data:
            self._places.show(data, display.metadata, name=display.display_id)
        self._tell_hidden(display)

    def close(self) -> None:
        """Show all that is not shown yet; nothing follows."""
        self.text.close()
        self._places.drop_unused()

    def _tell_hidden(self, display: Display) -> None:
        if not self._has_told and (hidden := display.hidden_types):
            self._has_told = True
            types = printable(", ".join(hidden))
            self.text.write(f"note: {types} of displays is not shown: this run was not made by you on this machine\n")


def _without_cleared(pieces: Iterable[str | Display]) -> list[str | Display]:
    """Return what is left below a cell when all of it has been shown and cleared."""
    left: list[str | Display] = []
    is_awaited = False
    for piece in pieces:
        if isinstance(piece, Display) and piece.kind is DisplayKind.CLEAR:
            is_awaited = piece.wait
            left = left if is_awaited else []
            continue
        if is_awaited and not (isinstance(piece, Display) and piece.kind is DisplayKind.UPDATE):
            left, is_awaited = [], False
        left.append(piece)
    return left
