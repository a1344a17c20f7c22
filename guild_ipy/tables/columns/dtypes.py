"""Columns of a frame: values to arrays of the right dtype, missing values missing.

The dtypes are the same with every supported pandas: text is ``string``, whole numbers are ``Int64`` and
truth values ``boolean`` where they can be missing, other numbers are ``float64`` (a NaN that was reported has bits of
its own, see :mod:`guild_ipy.tables.columns.nan_values`), times carry the local timezone, and what fits nowhere else
stays an object.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from guild_ipy.domain.status import RunStatus
from guild_ipy.tables.columns.column_values import Array, ColumnValues, make_values
from guild_ipy.tables.columns.local_time import local_timezone
from guild_ipy.tables.columns.nan_values import mark_nans

#: The words for a status, in their order.
STATUSES = [status.value for status in RunStatus]

Column: TypeAlias = ExtensionArray | pd.Index | pd.Series

_MISSING = np.iinfo(np.int64).min
#: Years 1 and 9999 cannot be shown in every timezone.
_FIRST = int(datetime(2, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_LAST = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000


def text_column(values: ColumnValues) -> Column:
    """Text; the array is made of Python strings, since an Arrow string cannot hold every one of these."""
    if values.form in {"c", "t"}:
        column: Column = values.as_text().data
        return column
    return texts_column([None if value is None else str(value) for value in values.to_objects()])


def texts_column(values: Sequence[str | None]) -> Column:
    """Text from Python strings, None where missing."""
    return pd.array(values, dtype=pd.StringDtype("python"))


def category_column(values: ColumnValues, categories: Sequence[str] | None = None) -> Column:
    """Words of a small set: `categories`, or the sorted words that occur."""
    if values.form != "c":
        return _category_of_objects(values, categories)
    codes = values.data
    if categories is None:
        occurring = np.unique(codes[values.present])
        categories = [values.words[code] for code in occurring]
    places: Array = np.full(len(values.words) + 1, -1, np.intp)
    for place, word in enumerate(categories):
        if word in values.words:
            places[values.words.index(word)] = place
    return _category(places[codes], categories)


def moment_column(values: ColumnValues) -> Column:
    """Moments in the local timezone, from microseconds since 1970."""
    ticks = ticks_of(values)
    ticks = np.where((ticks >= _FIRST) & (ticks < _LAST), ticks, _MISSING)
    return pd.DatetimeIndex(ticks.view("datetime64[us]")).tz_localize("UTC").tz_convert(local_timezone())


def duration_column(ticks: Array, present: Array) -> Column:
    """Durations, from microseconds."""
    return pd.TimedeltaIndex(np.where(present, ticks, _MISSING).view("timedelta64[us]"))


def ticks_of(values: ColumnValues) -> Array:
    """Return whole numbers as an array of integers; what is missing, or too large, is the least integer."""
    if values.form == "q":
        return np.where(values.present, values.data.astype(np.int64), _MISSING)
    if values.form == "n":
        return np.full(len(values), _MISSING, np.int64)
    whole = (value if type(value) is int and abs(value) < -_MISSING else _MISSING for value in values.to_objects())
    return np.fromiter(whole, np.int64, len(values))


def number_column(values: ColumnValues) -> Column:
    """Numbers as ``float64``."""
    if values.form == "d":
        return _numbers(values)
    objects = (np.nan if value is None else float(value) for value in values.to_objects())
    return pd.Series(np.fromiter(objects, np.float64, len(values)))


def truth_column(values: ColumnValues) -> Column:
    """Truth values; a missing one is False."""
    return pd.Series(
        values.data & values.present if values.form == "b" else values.to_objects() == np.True_, dtype=bool
    )


def value_column(values: ColumnValues) -> Column:
    """Values of one flag or attribute, in the narrowest dtype that holds them all exactly."""
    if values.form in {"c", "t"}:
        return text_column(values)
    if values.form == "q":
        return pd.arrays.IntegerArray(values.data.astype(np.int64), ~values.present)
    if values.form == "b":
        return pd.arrays.BooleanArray(values.data, ~values.present)
    if values.form == "d":
        return _value_column_of_numbers(values)
    narrowed = make_values(values.to_objects().tolist())  # these may be of one type where all are not
    return _object_column(narrowed) if narrowed.form in {"j", "n"} else value_column(narrowed)


def _category_of_objects(values: ColumnValues, categories: Sequence[str] | None) -> Column:
    words = [None if value is None else str(value) for value in values.to_objects()]
    if categories is None:
        categories = sorted({word for word in words if word is not None})
    codes = {word: code for code, word in enumerate(categories)}
    return _category(np.array([-1 if word is None else codes.get(word, -1) for word in words], np.intp), categories)


def _category(codes: Array, categories: Sequence[str]) -> Column:
    column: Column = pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(categories)))
    return column


def _value_column_of_numbers(values: ColumnValues) -> Column:
    if values.whole is None or not (values.whole | ~values.present).all():
        return _numbers(values)
    whole = np.where(values.present, values.data, 0).astype(np.int64)
    return pd.arrays.IntegerArray(whole, ~values.present)


def _numbers(values: ColumnValues) -> Column:
    return pd.Series(mark_nans(values.data, values.present), copy=False)


def _object_column(values: ColumnValues) -> Column:
    return pd.Series(values.to_objects(), dtype=object)
