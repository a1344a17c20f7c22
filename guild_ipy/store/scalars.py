"""Summaries of the scalars of a run.

A scalar is named by its tag; that of an event file in a sub-directory has the directory before it:
``val#loss``. Files in the run's own directory and in ``.guild`` (the scalars of its output) have no prefix;
where both have a tag, the file that the operation wrote itself counts.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
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
        self._files: dict[str, FileScalars] = {}

    def update(self) -> dict[str, ScalarSummary]:
        """Read what is new, and give all summaries by name."""
        for path in find_event_files(self._run_dir):
            self._files.setdefault(path, FileScalars()).read(path)
        return merge_files(self._run_dir, self._files)


@dataclass(slots=True)
class Tally:
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
    count: int = 0

    def add(self, step: int, value: float) -> None:
        """Count one more point."""
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

    def merge(self, later: Tally) -> Tally:
        """Give the tally of these points and then those of `later`."""
        begins_later = self.first_step <= later.first_step
        ends_later = self.last_step <= later.last_step
        is_least = self.min <= later.min or math.isnan(later.min)
        is_greatest = self.max >= later.max or math.isnan(later.max)
        return Tally(
            first=self.first if begins_later else later.first,
            first_step=min(self.first_step, later.first_step),
            last=later.last if ends_later else self.last,
            last_step=max(self.last_step, later.last_step),
            min=self.min if is_least else later.min,
            min_step=self.min_step if is_least else later.min_step,
            max=self.max if is_greatest else later.max,
            max_step=self.max_step if is_greatest else later.max_step,
            total=self.total + later.total,
            count=self.count + later.count,
        )

    def summary(self, tag: str, prefix: str) -> ScalarSummary:
        """Give it as users see it."""
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


@dataclass(slots=True)
class FileScalars:
    """What has been read of one event file."""

    offset: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    """By tag."""

    def read(self, path: str) -> None:
        """Read what has been added; of a file that cannot be opened there is nothing more."""
        try:
            for points, offset in iter_points(path, self.offset):
                _add_points(self.tallies, points)
                self.offset = offset
        except DamagedRun:
            return


def merge_files(run_dir: RunDir, files: Mapping[str, FileScalars]) -> dict[str, ScalarSummary]:
    """Summarise what was read of the files of a run, which are given by their paths."""
    folders: dict[str, dict[str, Tally]] = {}
    for path in sorted(files):
        merged = folders.setdefault(os.path.dirname(path), {})
        for tag, tally in files[path].tallies.items():
            merged[tag] = merged[tag].merge(tally) if tag in merged else tally
    summaries = {}
    for folder in sorted(folders, key=lambda folder: (folder != run_dir.guild, folder)):
        prefix = _prefix(folder, run_dir)
        for tag, tally in folders[folder].items():
            summary = tally.summary(tag, prefix)
            summaries[summary.name] = summary
    return dict(sorted(summaries.items()))


def _add_points(tallies: dict[str, Tally], points: Iterable[Point]) -> None:
    for step, _, tag, value in points:
        tally = tallies.get(tag)
        if tally is None:
            tally = tallies[tag] = Tally(first=value, first_step=step, last=value, last_step=step)
        tally.add(step, value)


def _prefix(folder: str, run_dir: RunDir) -> str:
    return "" if folder in {run_dir.path, run_dir.guild} else os.path.relpath(folder, run_dir.path)
