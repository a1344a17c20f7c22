"""Every value that runs have reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from guild_ipy.errors import DamagedRun
from guild_ipy.frame.run_names import RUN
from guild_ipy.frame.values import Array
from guild_ipy.store.events import find_event_files, iter_values
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.usual_events import Values


@dataclass(frozen=True, kw_only=True)
class EventFile:
    """An event file of a run, and what it holds, part by part."""

    run: str
    path: str
    """Relative to the run."""
    parts: Sequence[Values]

    def scalars(self) -> Iterator[tuple[str, Array, Array]]:
        """Give name, steps and values of each scalar, in the order of the file."""
        tags, steps, values = (_gather([self], each) for each in (_tags, _steps, _values))
        folder = os.path.dirname(self.path)
        for tag in dict.fromkeys(tags):
            here = tags == tag
            name = tag if folder in {"", ".guild"} else f"{folder}#{tag}"
            yield name, steps[here].astype(np.int64), values[here].astype(np.float64)


def read_files(runs: Mapping[str, RunDir]) -> list[EventFile]:
    """Read the event files of runs; one that has gone since, or cannot be read, is left out."""
    return [file for name, run_dir in runs.items() for file in _read(name, run_dir)]


def points_frame(runs: Mapping[str, RunDir]) -> pd.DataFrame:
    """Give one row for every value that was reported, file by file: ``run path tag val step``."""
    files = read_files(runs)
    counts = [sum(len(part.values) for part in file.parts) for file in files]
    return pd.DataFrame(
        {
            RUN: _texts(np.repeat(np.array([file.run for file in files], dtype=object), counts)),
            "path": _texts(np.repeat(np.array([file.path for file in files], dtype=object), counts)),
            "tag": _texts(_gather(files, _tags)),
            "val": _gather(files, _values).astype(np.float64),
            "step": _gather(files, _steps).astype(np.int64),
        }
    )


def _read(name: str, run_dir: RunDir) -> Iterator[EventFile]:
    for path in find_event_files(run_dir):
        try:
            parts = [values for values, _ in iter_values(path)]
        except DamagedRun:
            continue
        yield EventFile(run=name, path=os.path.relpath(path, run_dir.path), parts=parts)


def _tags(values: Values) -> Sequence[str]:
    return values.tags


def _steps(values: Values) -> Sequence[int]:
    return values.steps


def _values(values: Values) -> Sequence[float]:
    return values.values  # noqa: PD011 - it is no frame


def _gather(files: Sequence[EventFile], get: Callable[[Values], Sequence[Any]]) -> Array:
    """Put the columns of all parts one behind the other."""
    return np.array(list(chain.from_iterable(get(part) for file in files for part in file.parts)), dtype=object)


def _texts(texts: Array) -> pd.arrays.StringArray:
    return pd.arrays.StringArray(texts)
