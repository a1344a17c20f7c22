"""Summaries of the scalars of a run.

A scalar is named by its tag; that of an event file in a sub-directory has the directory before it:
``val#loss``. Files in the run's own directory and in ``.guild`` (the scalars of its output, and those that it has
logged) have no prefix. Where several have a tag, a file that the operation wrote itself counts before what it has
logged, and that before what it has printed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from typing import NamedTuple

from guild_ipy.domain.values.scalars import ScalarSummary
from guild_ipy.errors import DamagedRun
from guild_ipy.store.events.event_rows import Series
from guild_ipy.store.events.event_writer import is_logged
from guild_ipy.store.events.events import decode_series, find_event_files, iter_series
from guild_ipy.store.run_dir import RunDir


def summarize(run_dir: RunDir) -> dict[str, ScalarSummary]:
    """Summarise all scalars of a run by name, sorted."""
    return ScalarSummaries(run_dir).update()


class ScalarSummaries:
    """The summaries of one run, brought up to date by reading only what was added to its files."""

    def __init__(self, run_dir: RunDir) -> None:
        self._run_dir = run_dir
        self._files: dict[str, FileScalars] = {}

    def update(self) -> dict[str, ScalarSummary]:
        """Read what is new, and return all summaries by name."""
        for path in find_event_files(self._run_dir):
            self._files.setdefault(path, FileScalars()).read(path)
        return merge_files(self._run_dir, self._files)


@dataclass(frozen=True, slots=True)
class Tally:
    """The points of one scalar so far, as far as a summary needs them."""

    first: float
    first_step: int
    last: float
    last_step: int
    min: float
    min_step: int
    max: float
    max_step: int
    total: float
    count: int

    @classmethod
    def of(cls, steps: Sequence[int], values: Sequence[float], *, total: float = 0.0) -> Tally:
        """Return the tally of points; their sum is added to `total`."""
        first_step, last_step = min(steps), max(steps)
        last_at = len(steps) - 1 - steps[::-1].index(last_step)
        total = reduce(add, values, total)  # one by one, unlike sum()
        numbers = [value for value in values if not math.isnan(value)] if math.isnan(total) else values
        least, greatest = (min(numbers), max(numbers)) if numbers else (values[0], values[0])
        return cls(
            first=values[steps.index(first_step)],
            first_step=first_step,
            last=values[last_at],
            last_step=last_step,
            min=least,
            min_step=steps[values.index(least)],
            max=greatest,
            max_step=steps[values.index(greatest)],
            total=total,
            count=len(values),
        )

    def merge(self, later: Tally) -> Tally:
        """Return the tally of these points and then those of `later`."""
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

    def numbers(self) -> tuple[float, ...]:
        """Return last, first, least and greatest value, each with its step, then average, total and count."""
        return (
            self.last,
            self.last_step,
            self.first,
            self.first_step,
            self.min,
            self.min_step,
            self.max,
            self.max_step,
            self.total / self.count,
            self.total,
            self.count,
        )

    def summary(self, tag: str, prefix: str) -> ScalarSummary:
        """Return it as users see it."""
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
    """The scalars that have been read of one event file."""

    offset: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    """By tag."""

    def add(self, content: bytes) -> bool:
        """Count the values of a file, given whole; return whether it ends with a complete record."""
        series, self.offset, _ = decode_series(content)
        _add_series(self.tallies, series)
        return self.offset == len(content)

    def read(self, path: str) -> None:
        """Read what has been added; a file that cannot be opened adds nothing."""
        try:
            for series, offset in iter_series(path, self.offset):
                _add_series(self.tallies, series)
                self.offset = offset
        except DamagedRun:
            return


class NamedTally(NamedTuple):
    """The tally of one scalar of a run."""

    tag: str
    prefix: str
    tally: Tally


def merge_files(run_dir: RunDir, files: Mapping[str, FileScalars]) -> dict[str, ScalarSummary]:
    """Summarise the files of a run, which are given by their paths."""
    tallies = merge_tallies(run_dir, files)
    return {name: tally.summary(tag, prefix) for name, (tag, prefix, tally) in tallies.items()}


def merge_tallies(run_dir: RunDir, files: Mapping[str, FileScalars]) -> dict[str, NamedTally]:
    """Merge the tallies of the files of a run, which are given by their paths; by name, sorted."""
    places: dict[tuple[str, bool], dict[str, Tally]] = {}
    for path in sorted(files):
        merged = places.setdefault((os.path.dirname(path), is_logged(path)), {})
        for tag, tally in files[path].tallies.items():
            merged[tag] = merged[tag].merge(tally) if tag in merged else tally
    found = {}
    for folder, is_of_log in sorted(places, key=lambda place: (place[0] != run_dir.guild, place)):
        prefix = _prefix(folder, run_dir)
        for tag, tally in places[folder, is_of_log].items():
            found[f"{prefix}#{tag}" if prefix else tag] = NamedTally(tag, prefix, tally)
    return dict(sorted(found.items()))


def scalar_name(run_dir: RunDir, path: str, tag: str) -> str:
    """Return the name of a scalar by the event file that has it, and its tag there."""
    prefix = _prefix(os.path.dirname(path), run_dir)
    return f"{prefix}#{tag}" if prefix else tag


def _add_series(tallies: dict[str, Tally], series: Iterable[Series]) -> None:
    """Count more values."""
    for each in series:
        before = tallies.get(each.tag)
        if before is None:
            tallies[each.tag] = Tally.of(each.steps, each.values)
        else:
            more = Tally.of(each.steps, each.values, total=before.total)
            tallies[each.tag] = replace(before.merge(more), total=more.total)


def _prefix(folder: str, run_dir: RunDir) -> str:
    return "" if folder in {run_dir.path, run_dir.guild} else os.path.relpath(folder, run_dir.path)
