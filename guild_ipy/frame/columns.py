"""Columns of a frame: Python values to arrays of the right dtype, missing values missing.

The dtypes are the same with every supported pandas: text is ``string``, whole numbers are ``Int64`` and
truth values ``boolean`` where they can be missing, other numbers are ``float64``, times carry the local
timezone, and what fits nowhere else stays an object.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, cast

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from guild_ipy.frame.local_time import local_timezone

Column: TypeAlias = ExtensionArray | pd.Index | pd.Series

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MISSING = np.iinfo(np.int64).min
#: Years 1 and 9999 cannot be shown in every timezone.
_FIRST = datetime(2, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_EXACT_AS_FLOAT = 2**53


def text_column(values: Sequence[str | None]) -> Column:
    """Text, None where missing."""
    return pd.array(values, dtype=pd.StringDtype("python"))  # an Arrow string cannot hold every Python one


def category_column(values: Sequence[str | None], categories: Iterable[str] | None = None) -> Column:
    """Words of a small set: `categories`, or the sorted words that occur."""
    if categories is None:
        categories = sorted({value for value in values if value is not None})
    return pd.Categorical(values, categories=list(categories))


def moment_column(values: Sequence[datetime | None]) -> Column:
    """Moments in the local timezone, to the microsecond."""
    ticks = [_moment_ticks(value) for value in values]
    moments = pd.DatetimeIndex(np.array(ticks, dtype="datetime64[us]"))
    return moments.tz_localize("UTC").tz_convert(local_timezone())


def duration_column(values: Sequence[timedelta | None]) -> Column:
    """Durations, to the microsecond."""
    ticks = [_MISSING if value is None else value // _MICROSECOND for value in values]
    return pd.TimedeltaIndex(np.array(ticks, dtype="timedelta64[us]"))


def integer_column(values: Sequence[int | None]) -> Column:
    """Whole numbers, None where missing."""
    return pd.array(values, dtype="Int64")


def value_column(values: Sequence[object]) -> Column:
    """Values of one flag or attribute, in the narrowest dtype that holds them all exactly."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pd.array(cast("Sequence[bool | None]", values), dtype="boolean")
    if kinds == {str}:
        return text_column(cast("Sequence[str | None]", values))
    if kinds == {int} and _all_within(values, 2**63 - 1):
        return integer_column(cast("Sequence[int | None]", values))
    if kinds == {float} or (kinds == {int, float} and _all_within(values, _EXACT_AS_FLOAT)):
        return pd.Series(values, dtype="float64")
    return pd.Series(values, dtype=object)


def headings(names: Iterable[str], kind: str, taken: Iterable[str]) -> list[str]:
    """Give each name a heading that is not `taken`: itself, or ``kind:name`` as in selections.

    Examples
    --------
    >>> headings(["lr", "run"], "flag", taken=["run", "label"])
    ['lr', 'flag:run']
    """
    used = set(taken)
    found = []
    for name in names:
        heading = name
        while heading in used:
            heading = f"{kind}:{heading}"
        used.add(heading)
        found.append(heading)
    return found


def _moment_ticks(moment: datetime | None) -> int:
    if moment is None or not _FIRST <= moment < _LAST:
        return _MISSING
    return (moment - _EPOCH) // _MICROSECOND


def _all_within(values: Sequence[object], limit: int) -> bool:
    return all(-limit <= value <= limit for value in values if type(value) is int)
