"""Summaries of the scalars of a run.

A scalar is named by its tag; that of an event file in a sub-directory has the directory before it:
``val#loss``. Files in the run's own directory and in ``.guild`` (the scalars of its output) have no prefix;
where both have a tag, the file that the operation wrote itself counts.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.errors import DamagedRun
from guild_ipy.store.events import find_event_files, iter_points
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.tfevents import Point


def summarize(run_dir: RunDir) -> dict[str, ScalarSummary]:
    """Summarise all scalars of a run by name, sorted."""
    return ScalarSummaries(run_dir).update()


class ScalarSummaries:
    """The summaries of one run, brought up to date by reading only what was added to its files."""

    def __init__(self, run_dir: RunDir) -> None:
        self._run_dir = run_dir
        self._offsets: dict[str, int] = {}
        self._folders: dict[str, dict[str, _Tally]] = {}

    def update(self) -> dict[str, ScalarSummary]:
        """Read what is new, and give all summaries by name."""
        for path in find_event_files(self._run_dir):
            tallies = self._folders.setdefault(os.path.dirname(path), {})
            try:
                for points, offset in iter_points(path, self._offsets.get(path, 0)):
                    _add_points(tallies, points)
                    self._offsets[path] = offset
            except DamagedRun:
                continue
        return self._summaries()

    def _summaries(self) -> dict[str, ScalarSummary]:
        summaries = {}
        own_first = sorted(self._folders, key=lambda folder: (folder != self._run_dir.guild, folder))
        for folder in own_first:
            prefix = _prefix(folder, self._run_dir)
            for tag, tally in self._folders[folder].items():
                summary = tally.summary(tag, prefix)
                summaries[summary.name] = summary
        return dict(sorted(summaries.items()))


@dataclass(slots=True)
class _Tally:
    """What a summary needs to know of the points so far."""

    first: float
    first_step: int
    last: float
    last_step: int
    min: float = math.nan
    min_step: int = 0
    max: float = math.nan
    max_step: int = 0
    total: float = 0.0
    count: int = field(default=0)

    def add(self, step: int, value: float) -> None:
        if step < self.first_step:
            self.first, self.first_step = value, step
        if step >= self.last_step:
            self.last, self.last_step = value, step
        if not self.min <= value and (value == value or not self.count):  # noqa: PLR0124 - false for NaN alone
            self.min, self.min_step = value, step
        if not self.max >= value and (value == value or not self.count):  # noqa: PLR0124 - as above
            self.max, self.max_step = value, step
        self.total += value
        self.count += 1

    def summary(self, tag: str, prefix: str) -> ScalarSummary:
        return ScalarSummary(
            tag=tag,
            prefix=prefix,
            first=self.first,
            first_step=self.first_step,
            last=self.last,
            last_step=self.last_step,
            min=self.min,
            min_step=self.min_step,
            max=self.max,
            max_step=self.max_step,
            average=self.total / self.count,
            total=self.total,
            count=self.count,
        )


def _add_points(tallies: dict[str, _Tally], points: Iterable[Point]) -> None:
    for step, _, tag, value in points:
        tally = tallies.get(tag)
        if tally is None:
            tally = tallies[tag] = _Tally(first=value, first_step=step, last=value, last_step=step)
        tally.add(step, value)


def _prefix(folder: str, run_dir: RunDir) -> str:
    return "" if folder in {run_dir.path, run_dir.guild} else os.path.relpath(folder, run_dir.path)
