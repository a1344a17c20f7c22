"""Frames of all runs of a home: made once, and copied for whoever asks, until a run changes."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pandas as pd

from guild_ipy.frame.rows import Rows


def hand_out(rows: Rows, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Give a frame of runs that nobody else holds.

    Parameters
    ----------
    rows
        The runs.
    name
        What frame it is; one of all runs is kept under it.
    make
        Makes it; its arrays may be those of the rows.
    """
    if rows.made is None:
        return make()
    if name not in rows.made:
        rows.made[name] = make()
    frame = rows.made[name].copy()
    for heading, dtype in frame.dtypes.items():
        if pd.api.types.is_object_dtype(dtype):  # lists are not copied with the array that holds them
            frame[heading] = pd.Series(list(map(copy.deepcopy, frame[heading])), dtype=object)
    return frame
