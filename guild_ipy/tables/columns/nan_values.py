"""Tells a NaN that a run has reported from a place without a value, although ``float64`` has NaN for both.

A NaN has bits that mean nothing to arithmetic. Those of a reported one are set to a pattern of ours, as R does for its
``NA``; pandas and NumPy carry it along. A column that was computed otherwise has no such NaN.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from guild_ipy.tables.columns.column_values import Array

#: A quiet NaN; the last bits are ``NaN`` in ASCII.
_REPORTED = np.int64(0x7FF8_0000_004E_614E)


def mark_nans(numbers: Array, present: Array | bool = True) -> Array:  # noqa: FBT001, FBT002 - NumPy's way with masks
    """Return ``float64`` numbers, in which each NaN where a value is `present` is one that was reported."""
    reported = np.isnan(numbers) & present
    if not reported.any():
        return numbers
    marked: Array = np.where(reported, _REPORTED.view(np.float64), numbers)
    return marked


def find_nans(column: pd.Series) -> Array:
    """Return where a column has a NaN that was reported.

    Examples
    --------
    >>> find_nans(pd.Series(mark_nans(np.array([0.5, np.nan, np.nan]), np.array([True, True, False])))).tolist()
    [False, True, False]
    """
    if column.dtype != np.float64:
        return np.zeros(len(column), dtype=bool)
    bits: Array = column.to_numpy().view(np.int64)
    return bits == _REPORTED
