"""The places below a cell at which a run has shown something.

A run that clears its output clears that alone, and not what else the cell has shown: what it shows next takes the
places of before. Text that it has written as a stream can be cleared only with the whole cell; the heads of runs stay.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from guild_ipy.view.cell.kept_places import clear_cell
from guild_ipy.view.cell.publisher import Publisher

_NOTHING = {"text/plain": ""}


class CellPlaces:
    """Shows mimebundles, each at a place of its own."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._places: list[str] = []
        self._used = 0
        self._named: dict[str, list[str]] = {}
        """The places that the run can update, by the name that it has given them."""
        self._is_clearing_awaited = False
        self.has_stream = False
        """Whether text of the run is a stream."""
        self.was_cleared = False
        """Whether the run clears its output: its text must be at places, too, to be cleared."""

    def show(
        self, data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None, *, name: str | None = None
    ) -> str:
        """Show a bundle at the next place, which the run may give a name; return our name of the place."""
        if self._is_clearing_awaited:
            self._begin_anew()
        if self._used < len(self._places):
            place = self._places[self._used]
            self.update(place, data, metadata)
        else:
            place = secrets.token_hex(16)
            self._places.append(place)
            self._publisher.publish(data, metadata, display_id=place)
        self._used += 1
        if name is not None:
            self._named.setdefault(name, []).append(place)
        return place

    def update(self, place: str, data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> None:
        """Show another bundle at a place."""
        self._publisher.publish(data, metadata, display_id=place, update=True)

    def update_named(self, name: str, data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> None:
        """Show another bundle at all places of this name."""
        for place in self._named.get(name, ()):
            self.update(place, data, metadata)

    def clear(self, *, wait: bool) -> None:
        """Begin at the first place again; with `wait` what is there stays until something else is shown."""
        self.was_cleared = True
        self._is_clearing_awaited = True
        if not wait:
            self._begin_anew()
            self.drop_unused()

    def drop_unused(self) -> None:
        """Show nothing at the places that have not been used since the last clearing."""
        if not self._is_clearing_awaited:
            for place in self._places[self._used :]:
                self.update(place, _NOTHING)

    def _begin_anew(self) -> None:
        self._is_clearing_awaited = False
        self._used = 0
        self._named.clear()
        if self.has_stream:
            self.has_stream = False
            self._places.clear()
            clear_cell(self._publisher)
