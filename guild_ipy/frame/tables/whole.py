"""Frames of all runs of a home: kept for whoever asks again, until a run changes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import pandas as pd

from guild_ipy.frame.columns.dtypes import Column
from guild_ipy.frame.columns.rows import Rows


def hand_out(rows: Rows, name: str, make: Callable[[], Mapping[str, Column]]) -> pd.DataFrame:
    """Return a frame of runs that nobody else holds.

    Parameters
    ----------
    rows
        The runs.
    name
        What frame it is; one of all runs is kept under it.
    make
        Makes its columns; their arrays may be those of the rows.
    """
    frame = _new(rows, name, make)
    for heading, dtype in frame.dtypes.items():
        if pd.api.types.is_object_dtype(dtype):  # lists are not copied with the array that holds them
            frame[heading] = pd.Series(list(map(copy.deepcopy, frame[heading])), dtype=object)
    return frame


def _new(rows: Rows, name: str, make: Callable[[], Mapping[str, Column]]) -> pd.DataFrame:
    if rows.made is None:
        return pd.DataFrame(make())
    if name not in rows.made:
        rows.made[name] = None  # many are asked for once between two changes: the second time it is worth its memory
        return pd.DataFrame(make())
    kept = rows.made[name]
    if kept is None:
        rows.made[name] = kept = pd.DataFrame(make())
    return kept.copy()
