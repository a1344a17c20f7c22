"""Every value that runs have reported."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import pandas as pd

from guild_ipy.errors import DamagedRun
from guild_ipy.store.events.events import find_event_files, iter_series
from guild_ipy.store.run_dir import RunDir
from guild_ipy.tables.columns.column_values import Array
from guild_ipy.tables.columns.nan_values import mark_nans
from guild_ipy.tables.columns.run_names import RUN

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
            "val": mark_nans(np.concatenate([np.empty(0), *map(attrgetter("values"), several)])),
            "step": np.concatenate([np.empty(0, np.int64), *map(attrgetter("steps"), several)]),
        }
    )


def _read(name: str, run_dir: RunDir) -> Iterator[Points]:
    for path in find_event_files(run_dir):
        try:
            parts = [each for series, _ in iter_series(path) for each in series]
        except DamagedRun:
            continue
        shown = os.path.relpath(path, run_dir.path)
        for tag in dict.fromkeys(part.tag for part in parts):
            steps = np.concatenate([np.array(part.steps, np.int64) for part in parts if part.tag == tag])
            values = np.concatenate([np.array(part.values, np.float64) for part in parts if part.tag == tag])
            yield Points(run=name, path=shown, tag=tag, steps=steps, values=values)


def _repeat(texts: Sequence[str], counts: Sequence[int]) -> pd.arrays.StringArray:
    return pd.arrays.StringArray(np.repeat(np.array(texts, dtype=object), np.array(counts, np.intp)))
