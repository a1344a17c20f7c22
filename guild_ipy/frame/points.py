"""Every value that runs have reported."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from operator import attrgetter

import numpy as np
import pandas as pd

from guild_ipy.errors import DamagedRun
from guild_ipy.frame.run_names import RUN
from guild_ipy.frame.values import Array
from guild_ipy.store.events import find_event_files, read_points
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.tfevents import Point


def points_frame(runs: Mapping[str, RunDir]) -> pd.DataFrame:
    """Give one row for every value that was reported, file by file: ``run path tag val step``."""
    files = [(name, path, points) for name, run_dir in runs.items() for path, points in _files(run_dir)]
    points = [point for _, _, several in files for point in several]
    counts = [len(several) for _, _, several in files]
    return pd.DataFrame(
        {
            RUN: _texts(np.repeat(_objects([name for name, _, _ in files]), counts)),
            "path": _texts(np.repeat(_objects([path for _, path, _ in files]), counts)),
            "tag": _texts(_objects(list(map(attrgetter("tag"), points)))),
            "val": np.fromiter(map(attrgetter("value"), points), np.float64, len(points)),
            "step": np.fromiter(map(attrgetter("step"), points), np.int64, len(points)),
        }
    )


def _files(run_dir: RunDir) -> Iterator[tuple[str, list[Point]]]:
    for path in find_event_files(run_dir):
        try:
            points, _ = read_points(path)
        except DamagedRun:  # it has gone since, or cannot be read; the others are shown
            continue
        yield os.path.relpath(path, run_dir.path), points


def _objects(texts: list[str]) -> Array:
    return np.array(texts, dtype=object)


def _texts(texts: Array) -> pd.arrays.StringArray:
    return pd.arrays.StringArray(texts)
