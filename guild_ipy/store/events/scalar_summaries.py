"""Summaries of the scalars of a run.

A scalar is named by its tag; that of an event file in a sub-directory has the directory before it:
``val#loss``. Files in the run's own directory and in ``.guild`` (the scalars of its output) have no prefix;
where both have a tag, the file that the operation wrote itself counts.
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from guild_ipy.domain.values.scalars import ScalarSummary
from guild_ipy.errors import DamagedRun
from guild_ipy.store.events.array_events import Series
from guild_ipy.store.events.events import find_event_files, iter_values, take_values
from guild_ipy.store.events.usual_events import EventValues
from guild_ipy.store.run_dir import RunDir

#: From here on it pays to sort values by tag.
_MANY = 200


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

    def add_all(self, steps: Sequence[int], values: Sequence[float]) -> None:
        """Count more points, as :meth:`add` does one by one."""
        total = self.total
        for value in values:
            total += value
        if math.isnan(total):
            for step, value in zip(steps, values, strict=True):
                self.add(step, value)
            return
        earliest, latest, least, greatest = min(steps), max(steps), min(values), max(values)
        if earliest < self.first_step:
            self.first, self.first_step = values[steps.index(earliest)], earliest
        if latest >= self.last_step:
            place = len(steps) - 1 - steps[::-1].index(latest)
            self.last, self.last_step = values[place], latest
        if not self.min <= least:
            self.min, self.min_step = least, steps[values.index(least)]
        if not self.max >= greatest:
            self.max, self.max_step = greatest, steps[values.index(greatest)]
        self.total = total
        self.count += len(values)

    def add_array(self, series: Series) -> None:
        """Count more points, as :meth:`add` does one by one."""
        steps, values = series.steps, series.values
        if not all(map(math.isfinite, (values.min(), values.max(), self.total))):
            self.add_all(steps.tolist(), values.tolist())
            return
        before = values[0]
        values[0] += self.total
        total = float(values.cumsum()[-1])  # one by one, unlike sum()
        values[0] = before
        earliest, latest = int(steps.argmin()), len(steps) - 1 - int(steps[::-1].argmax())
        least, greatest = int(values.argmin()), int(values.argmax())
        if steps[earliest] < self.first_step:
            self.first, self.first_step = float(values[earliest]), int(steps[earliest])
        if steps[latest] >= self.last_step:
            self.last, self.last_step = float(values[latest]), int(steps[latest])
        if not self.min <= values[least]:
            self.min, self.min_step = float(values[least]), int(steps[least])
        if not self.max >= values[greatest]:
            self.max, self.max_step = float(values[greatest]), int(steps[greatest])
        self.total = total
        self.count += len(values)

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
    """What has been read of one event file."""

    offset: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    """By tag."""

    def add(self, content: bytes) -> bool:
        """Count the values of a file that has been read whole; whether it ends with a whole record."""
        values, self.offset, _ = take_values(content)
        add_values(self.tallies, values)
        return self.offset == len(content)

    def read(self, path: str) -> None:
        """Read what has been added; of a file that cannot be opened there is nothing more."""
        try:
            for values, offset in iter_values(path, self.offset):
                add_values(self.tallies, values)
                self.offset = offset
        except DamagedRun:
            return


class NamedTally(NamedTuple):
    """The tally of one scalar of a run."""

    tag: str
    prefix: str
    tally: Tally


def merge_files(run_dir: RunDir, files: Mapping[str, FileScalars]) -> dict[str, ScalarSummary]:
    """Summarise what was read of the files of a run, which are given by their paths."""
    tallies = merge_tallies(run_dir, files)
    return {name: tally.summary(tag, prefix) for name, (tag, prefix, tally) in tallies.items()}


def merge_tallies(run_dir: RunDir, files: Mapping[str, FileScalars]) -> dict[str, NamedTally]:
    """Put together what was read of the files of a run, which are given by their paths: by name, sorted."""
    folders: dict[str, dict[str, Tally]] = {}
    for path in sorted(files):
        merged = folders.setdefault(os.path.dirname(path), {})
        for tag, tally in files[path].tallies.items():
            merged[tag] = merged[tag].merge(tally) if tag in merged else tally
    found = {}
    for folder in sorted(folders, key=lambda folder: (folder != run_dir.guild, folder)):
        prefix = _prefix(folder, run_dir)
        for tag, tally in folders[folder].items():
            found[f"{prefix}#{tag}" if prefix else tag] = NamedTally(tag, prefix, tally)
    return dict(sorted(found.items()))


def add_values(tallies: dict[str, Tally], values: EventValues | list[Series]) -> None:
    """Count more values."""
    if isinstance(values, list):
        for each in values:
            tally = tallies.get(each.tag) or _begin(tallies, each.tag, int(each.steps[0]), float(each.values[0]))
            tally.add_array(each)
        return
    if len(values.values) > _MANY:
        for tag, steps, numbers in _by_tag(values):
            tally = tallies.get(tag) or _begin(tallies, tag, steps[0], numbers[0])
            tally.add_all(steps, numbers)
        return
    for step, tag, value in zip(values.steps, values.tags, values.values, strict=True):
        tally = tallies.get(tag) or _begin(tallies, tag, step, value)
        tally.add(step, value)


def _begin(tallies: dict[str, Tally], tag: str, step: int, value: float) -> Tally:
    tallies[tag] = Tally(first=value, first_step=step, last=value, last_step=step)
    return tallies[tag]


def _by_tag(values: EventValues) -> Iterator[tuple[str, list[int], list[float]]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, tag in enumerate(values.tags):
        places[tag].append(place)
    for tag, among in places.items():
        pick = itemgetter(*among) if len(among) > 1 else None
        if pick is None:
            yield tag, [values.steps[among[0]]], [values.values[among[0]]]
        else:
            yield tag, list(pick(values.steps)), list(pick(values.values))


def _prefix(folder: str, run_dir: RunDir) -> str:
    return "" if folder in {run_dir.path, run_dir.guild} else os.path.relpath(folder, run_dir.path)
