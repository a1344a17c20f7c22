"""The places below a cell at which a run has shown something.

A run that clears its output clears that alone, and not what else the cell has shown: what it shows next takes the
places of before.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from guild_ipy.view.cell.publisher import Publisher

_NOTHING = {"text/plain": ""}


class CellPlaces:
    """Shows mimebundles, each at a place of its own."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._places: list[str] = []
        self._used = 0
        self.was_cleared = False
        """Whether the run clears its output: its text must be at places, too, to be cleared."""

    def show(self, data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> str:
        """Show a bundle at the next place; return the name of the place."""
        if self._used < len(self._places):
            place = self._places[self._used]
            self.update(place, data, metadata)
        else:
            place = secrets.token_hex(16)
            self._places.append(place)
            self._publisher.publish(data, metadata, display_id=place)
        self._used += 1
        return place

    def update(self, place: str, data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> None:
        """Show another bundle at a place."""
        self._publisher.publish(data, metadata, display_id=place, update=True)

    def clear(self, *, wait: bool) -> None:
        """Begin at the first place again; with `wait` what is there stays until something else is shown."""
        self.was_cleared = True
        self._used = 0
        if not wait:
            self.drop_unused()

    def drop_unused(self) -> None:
        """Show nothing at the places that have not been used since the last clearing."""
        for place in self._places[self._used :]:
            self.update(place, _NOTHING)
