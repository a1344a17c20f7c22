"""Columns as a front end reads them: a form, and the values as a buffer of bytes.

============  =======================================================================================
form          buffer
============  =======================================================================================
``number``    float64, little-endian; NaN where there is no value, and in the rows of the list ``nan``
``moment``    float64: milliseconds since 1970
``duration``  float64: seconds
``truth``     one byte: 0 or 1, or 2 where there is no value
``word``      int32: places in the list ``words``, -1 where there is no value
``value``     a JSON array: texts, numbers, truth values, None; other values as text
============  =======================================================================================

Whole numbers that a float64 cannot hold exactly are sent as ``value``, as text.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from guild_ipy.tables.columns.column_values import Array, ColumnValues, as_objects
from guild_ipy.tables.columns.dtypes import Column, value_column

#: Greater whole numbers are not exact as float64, in which JavaScript holds all numbers.
_EXACT = 2**53
_NO_TRUTH = 2
_DTYPES = {"number": "<f8", "moment": "<f8", "duration": "<f8", "truth": "u1", "word": "<i4", "value": "O"}


@dataclass(frozen=True, kw_only=True)
class EncodedColumn:
    """The values of one column by row."""

    form: str
    data: Array
    """Of the dtype of the form; of ``value`` an array of plain objects."""
    words: tuple[str, ...] = ()
    nan: Array | None = None
    """Of numbers: where the value is NaN; None if nowhere."""

    def header(self) -> dict[str, Any]:
        """Return the part that is sent beside its buffer."""
        found: dict[str, Any] = {"form": self.form}
        if self.form == "word":
            found["words"] = list(self.words)
        if self.nan is not None and self.nan.any():
            found["nan"] = np.flatnonzero(self.nan).tolist()
        return found

    def buffer(self) -> bytes:
        """Return the values as bytes."""
        if self.form == "value":
            return json.dumps(self.data.tolist(), allow_nan=False).encode()
        plain: bytes = self.data.tobytes()
        return plain

    def take(self, rows: Array) -> EncodedColumn:
        """Return the values of some rows."""
        return replace(self, data=self.data[rows], nan=None if self.nan is None else self.nan[rows])

    def changed_since(self, before: EncodedColumn) -> Array | None:
        """Return where the values differ from those of before, a mask; None if all have to be sent anew."""
        if (self.form, self.words, len(self.data)) != (before.form, before.words, len(before.data)):
            return None
        same = self.data == before.data
        if self.data.dtype.kind == "f":
            same |= np.isnan(self.data) & np.isnan(before.data) & (_mask(self) == _mask(before))
        return ~same


def _mask(column: EncodedColumn) -> Array:
    return np.zeros(len(column.data), dtype=bool) if column.nan is None else column.nan


def encode_values(values: ColumnValues) -> EncodedColumn:
    """Encode the values of a flag, an attribute or a scalar; NaN is told from no value."""
    encoded = encode_column(value_column(values))
    if encoded.form != "number" or values.form != "d":
        return encoded
    return replace(encoded, nan=np.isnan(values.data) & values.present)


def encode_column(column: Column) -> EncodedColumn:
    """Encode a column of a frame."""
    series = column if isinstance(column, pd.Series) else pd.Series(column, copy=False)
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _encode("word", series.cat.codes.to_numpy(), words=tuple(map(str, dtype.categories)))
    if isinstance(dtype, pd.DatetimeTZDtype):
        return _encode("moment", _divide(series.to_numpy("datetime64[us]"), 1_000))
    if pd.api.types.is_timedelta64_dtype(dtype):
        return _encode("duration", _divide(series.to_numpy("timedelta64[us]"), 1_000_000))
    if pd.api.types.is_bool_dtype(dtype):
        is_plain = isinstance(dtype, np.dtype)
        return _encode("truth", series.to_numpy() if is_plain else series.to_numpy(np.uint8, na_value=_NO_TRUTH))
    if pd.api.types.is_numeric_dtype(dtype) and _is_exact(series):
        return _encode("number", series.to_numpy(np.float64, na_value=np.nan))
    if pd.api.types.is_string_dtype(dtype) and not isinstance(dtype, np.dtype):
        texts = series.to_numpy(object, copy=True)
        texts[series.isna().to_numpy()] = None
        return EncodedColumn(form="value", data=texts)
    return EncodedColumn(form="value", data=as_objects(list(map(_as_plain, series))))


def _encode(form: str, values: Array, *, words: tuple[str, ...] = ()) -> EncodedColumn:
    return EncodedColumn(form=form, data=values.astype(_DTYPES[form]), words=words)


def _divide(ticks: Array, unit: int) -> Array:
    """Return times as numbers of a greater unit than microseconds, NaN where there is none."""
    return np.where(np.isnat(ticks), np.nan, ticks.view(np.int64) / unit)


def _is_exact(numbers: pd.Series) -> bool:
    if not pd.api.types.is_integer_dtype(numbers.dtype) or not numbers.notna().any():
        return True
    return max(abs(int(numbers.min())), abs(int(numbers.max()))) <= _EXACT


def _as_plain(value: Any) -> str | float | bool | None:  # noqa: ANN401 - flags and attributes are of any type
    if value is None or value is pd.NA:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str | bool):
        return value
    is_plain = (isinstance(value, int) and abs(value) <= _EXACT) or (isinstance(value, float) and math.isfinite(value))
    return value if is_plain else str(value)
