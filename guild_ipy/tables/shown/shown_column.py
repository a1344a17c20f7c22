"""One column as people see it: texts in place of values, nothing in place of missing ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

import pandas as pd

from guild_ipy.domain.values.durations import brief_duration
from guild_ipy.tables.columns.dtypes import STATUSES
from guild_ipy.tables.columns.nan_values import find_nans
from guild_ipy.tables.columns.run_names import RUN
from guild_ipy.tables.shown.numbers import brief_number, number_texts
from guild_ipy.tables.shown.paths import last_names

_SECONDS = "%Y-%m-%d %H:%M:%S"
#: Columns of listings whose values are paths, and truth values that are shown as a mark.
_PATHS = frozenset({"notebook", "project"})
_MARKS = {"marked": "★", "best": "★", "stale": "stale", "missing": "missing"}


class Look(Enum):
    """How a column looks; the value is its class in HTML."""

    TEXT = "text"
    NUMBER = "number"
    """To the right, like all that has digits of equal rank below each other."""
    RUN = "run"
    STATUS = "status"
    SIGN = "sign"
    """One sign or word, or nothing."""


@dataclass(frozen=True, kw_only=True)
class ShownColumn:
    """A heading, and a text for each row."""

    heading: str
    look: Look
    texts: Sequence[str]
    wholes: Sequence[str] = ()
    """The texts in full, where some were shortened."""

    @property
    def is_blank(self) -> bool:
        """Whether no row has a text."""
        return not any(self.texts)


def show_column(heading: str, column: pd.Series) -> ShownColumn:
    """Write the values of a column."""
    values = [None if missing else value for value, missing in zip(column, _is_missing(column), strict=True)]
    look, texts = _look_and_texts(heading, column, values)
    if heading in _PATHS and look is Look.TEXT:
        return _show_paths(heading, texts)
    return _cut(ShownColumn(heading=heading, look=look, texts=texts))


def _is_missing(column: pd.Series) -> pd.Series:
    """Return where there is no value; a NaN that a run has reported is one."""
    missing: pd.Series = column.isna() & ~find_nans(column)
    return missing


def _look_and_texts(heading: str, column: pd.Series, values: Sequence[Any]) -> tuple[Look, list[str]]:
    types = pd.api.types
    if types.is_datetime64_any_dtype(column.dtype):
        return Look.NUMBER, ["" if value is None else value.strftime(_SECONDS) for value in values]
    if types.is_timedelta64_dtype(column.dtype):
        return Look.NUMBER, ["" if value is None else _duration(value) for value in values]
    if types.is_bool_dtype(column.dtype):
        return _truths(heading, values)
    if types.is_float_dtype(column.dtype):
        return Look.NUMBER, number_texts(values)
    texts = [_text(value) for value in values]
    if heading == "status" and set(texts) <= {"", *STATUSES}:
        return Look.STATUS, texts
    if types.is_numeric_dtype(column.dtype) or (any(texts) and all(map(_is_number_or_none, values))):
        return Look.NUMBER, texts
    return (Look.RUN if heading == RUN else Look.TEXT), texts


def _truths(heading: str, values: Sequence[Any]) -> tuple[Look, list[str]]:
    if heading in _MARKS:
        return Look.SIGN, [_MARKS[heading] if value else "" for value in values]
    return Look.TEXT, [_text(value) for value in values]


def _duration(value: pd.Timedelta) -> str:
    return brief_duration(timedelta(microseconds=value.value // 1000))


def _is_number_or_none(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _text(value: object) -> str:
    if value is None:
        return ""
    return brief_number(value) if isinstance(value, float) else str(value)


def _show_paths(heading: str, paths: Sequence[str]) -> ShownColumn:
    names = iter(last_names([path for path in paths if path]))
    return ShownColumn(
        heading=heading, look=Look.TEXT, texts=[next(names) if path else "" for path in paths], wholes=paths
    )


def _cut(column: ShownColumn) -> ShownColumn:
    """Shorten texts as pandas does, and keep them in full beside."""
    longest = pd.get_option("display.max_colwidth")
    if longest is None or all(len(text) <= longest for text in column.texts):
        return column
    texts = [text if len(text) <= longest else f"{text[: max(0, longest - 1)]}…" for text in column.texts]
    return ShownColumn(heading=column.heading, look=column.look, texts=texts, wholes=column.texts)
