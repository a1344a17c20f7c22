"""The scalars of a run while it goes: of each the last values, read as they are added."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from guild_ipy.errors import DamagedRun
from guild_ipy.store.events.events import find_event_files, iter_series
from guild_ipy.store.events.scalar_summaries import scalar_name
from guild_ipy.store.run_dir import RunDir

#: Of more values every second one is forgotten.
_MOST_POINTS = 256
_SECONDS_BETWEEN_LOOKS = 1.0
#: A look that takes long is followed by a pause that is longer.
_PAUSE = 20


@dataclass(kw_only=True)
class LiveCurve:
    """Values of one scalar, each with its step, in the order in which they were reported."""

    steps: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, steps: Sequence[int], values: Sequence[float]) -> None:
        """Add values; of very many those in between are forgotten, never the last."""
        self.steps.extend(steps)
        self.values.extend(values)
        if len(self.values) > _MOST_POINTS:
            apart = -(-len(self.values) // _MOST_POINTS)
            self.steps[:-1] = self.steps[:-1:apart]
            self.values[:-1] = self.values[:-1:apart]


@dataclass(kw_only=True)
class LiveScalars:
    """The curves of one run, by the names of its scalars."""

    run_dir: RunDir
    curves: dict[str, LiveCurve] = field(default_factory=dict)
    _offsets: dict[str, int] = field(default_factory=dict)
    _next: float = 0.0

    def update_in_turn(self) -> None:
        """Read what has been added, unless that was done a moment ago."""
        if time.monotonic() >= self._next:
            self.update()

    def update(self) -> None:
        """Read what has been added."""
        begun = time.monotonic()
        for path in find_event_files(self.run_dir):
            self._read(path)
        ended = time.monotonic()
        self._next = ended + max(_SECONDS_BETWEEN_LOOKS, (ended - begun) * _PAUSE)

    def _read(self, path: str) -> None:
        try:
            for series, offset in iter_series(path, self._offsets.get(path, 0)):
                self._offsets[path] = offset
                for each in series:
                    name = scalar_name(self.run_dir, path, each.tag)
                    self.curves.setdefault(name, LiveCurve()).add(each.steps, each.values)
        except DamagedRun:
            return
