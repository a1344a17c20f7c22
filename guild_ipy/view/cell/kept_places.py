"""Places below a cell that stay when a run clears the cell: those of the heads of its runs.

A front end clears a cell as a whole. The heads are shown again then, under new names: JupyterLab would take an update
under an old name for one of whatever is at that position now.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from guild_ipy.view.cell.publisher import Publisher


class KeptPlace:
    """A place below the cell that is executed when something is shown there first."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._name = ""
        self._bundle: Mapping[str, Any] = {}
        self.cell = ""
        """The cell that it is below."""

    @property
    def is_used(self) -> bool:
        """Whether something has been shown there."""
        return bool(self._name)

    def show(self, bundle: Mapping[str, Any]) -> None:
        """Show a bundle in the place of the one of before."""
        self._bundle = bundle
        if self.is_used:
            self._publisher.publish(bundle, display_id=self._name, update=True)
        else:
            self.cell = self._publisher.cell
            _PLACES[:] = [*(place for place in _PLACES if place.cell == self.cell), self]
            self.show_again()

    def show_again(self) -> None:
        """Show the bundle at the end of the cell."""
        self._name = secrets.token_hex(16)
        self._publisher.publish(self._bundle, display_id=self._name)


#: The places of the last cell in which there were some, in their order.
_PLACES: list[KeptPlace] = []


def clear_cell(publisher: Publisher) -> None:
    """Clear the cell that is executed when the next bundle is shown, and show its kept places again."""
    publisher.clear()
    for place in _PLACES:
        if place.cell == publisher.cell:
            place.show_again()
