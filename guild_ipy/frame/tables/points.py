"""Every value that runs have reported."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeAlias

import numpy as np
import pandas as pd

from guild_ipy.errors import DamagedRun
from guild_ipy.frame.columns.column_values import Array
from guild_ipy.frame.columns.run_names import RUN
from guild_ipy.store.events.array_events import Series
from guild_ipy.store.events.events import find_event_files, iter_values
from guild_ipy.store.events.usual_events import EventValues
from guild_ipy.store.run_dir import RunDir

_Part: TypeAlias = "tuple[str, Array, Array]"
_PRIVATE = frozenset({"", ".guild"})


@dataclass(frozen=True, kw_only=True)
class Points:
    """What one event file of a run holds of one scalar, in the order of the file."""

    run: str
    path: str
    """Of the file, relative to the run."""
    tag: str
    steps: Array
    values: Array

    @property
    def name(self) -> str:
        """``tag``, or ``prefix#tag`` for a file in a sub-directory."""
        folder = os.path.dirname(self.path)
        return self.tag if folder in _PRIVATE else f"{folder}#{self.tag}"


def read_points(runs: Mapping[str, RunDir]) -> list[Points]:
    """Read what runs have reported, file by file; one that has gone since, or cannot be read, is left out."""
    return [points for name, run_dir in runs.items() for points in _read(name, run_dir)]


def points_frame(several: Sequence[Points]) -> pd.DataFrame:
    """Return one row for every value that was reported: ``run path tag val step``."""
    counts = [len(points.values) for points in several]
    return pd.DataFrame(
        {
            RUN: _repeat([points.run for points in several], counts),
            "path": _repeat([points.path for points in several], counts),
            "tag": _repeat([points.tag for points in several], counts),
            "val": np.concatenate([np.empty(0), *map(attrgetter("values"), several)]),
            "step": np.concatenate([np.empty(0, np.int64), *map(attrgetter("steps"), several)]),
        }
    )


def _read(name: str, run_dir: RunDir) -> Iterator[Points]:
    for path in find_event_files(run_dir):
        try:
            parts = [part for values, _ in iter_values(path) for part in _split(values)]
        except DamagedRun:
            continue
        shown = os.path.relpath(path, run_dir.path)
        for tag in dict.fromkeys(tag for tag, _, _ in parts):
            steps = np.concatenate([steps for other, steps, _ in parts if other == tag])
            values = np.concatenate([values for other, _, values in parts if other == tag])
            yield Points(run=name, path=shown, tag=tag, steps=steps, values=values)


def _split(found: EventValues | list[Series]) -> Iterator[_Part]:
    """Return tag, steps and values of each scalar."""
    if isinstance(found, list):
        for series in found:
            yield series.tag, np.asarray(series.steps, np.int64), np.asarray(series.values, np.float64)
        return
    tags = np.array(found.tags, dtype=object)
    steps, values = np.array(found.steps, np.int64), np.array(found.values, np.float64)
    for tag in dict.fromkeys(found.tags):
        here = tags == tag
        yield tag, steps[here], values[here]


def _repeat(texts: Sequence[str], counts: Sequence[int]) -> pd.arrays.StringArray:
    return pd.arrays.StringArray(np.repeat(np.array(texts, dtype=object), np.array(counts, np.intp)))
