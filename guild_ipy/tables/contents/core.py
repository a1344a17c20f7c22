"""The columns that every run has, as status, times and label."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from guild_ipy.domain.attributes import BY_NAME, OCCASIONAL, ValueForm
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.domain.status import RunStatus
from guild_ipy.index.queries.column_table import Field
from guild_ipy.tables.columns.column_values import ColumnValues
from guild_ipy.tables.columns.dtypes import (
    STATUSES,
    Column,
    category_column,
    duration_column,
    moment_column,
    text_column,
    texts_column,
    ticks_of,
    truth_column,
    value_column,
)
from guild_ipy.tables.columns.rows import Rows
from guild_ipy.tables.columns.run_names import RUN

_ACTIVE = [status.value for status in RunStatus if status.is_active]


def core_fields(names: Sequence[str]) -> list[Field]:
    """Return the fields that columns of these names are made of."""
    return [Field("run", each) for name in names if name != RUN for each in BY_NAME[name].fields]


def core_columns(rows: Rows, names: Sequence[str]) -> dict[str, Column]:
    """Return columns by name: ``run``, and those that :func:`core_fields` knows."""
    return {name: core_column(rows, name) for name in names}


def core_column(rows: Rows, name: str) -> Column:
    """Return the column of a name; see :func:`core_columns`."""
    if name == RUN:
        return run_column(rows)
    attribute = BY_NAME[name]
    assert attribute.form is not None, "no table has it"
    return _MAKERS[attribute.form](*(rows.get(Field("run", each)) for each in attribute.fields))


def occasional_columns(rows: Rows) -> list[str]:
    """Return the columns that are shown since one of the rows has a value: its batch, and why it failed."""
    return [name for name in OCCASIONAL if not rows.get(Field("run", name)).is_empty()]


def run_column(rows: Rows) -> Column:
    """Return the column ``run``."""
    column: Column = rows.names
    return column


def keep_time(rows: Rows, frame: pd.DataFrame) -> pd.DataFrame:
    """Bring the column ``time`` of a frame up to date, where a run may still be running."""
    if not set(_ACTIVE).isdisjoint(rows.get(Field("run", "status")).words):
        frame["time"] = core_column(rows, "time")
    return frame


def _status(status: ColumnValues) -> Column:
    return category_column(status, STATUSES)


def _is(status: ColumnValues, words: Sequence[str]) -> np.ndarray:
    codes = [code for code, word in enumerate(status.words) if word in words]
    return np.isin(status.data, codes) if status.form == "c" else np.zeros(len(status), dtype=bool)


def _time(status: ColumnValues, started: ColumnValues, stopped: ColumnValues) -> Column:
    """Return how long runs took, or have been running."""
    begin = ticks_of(started)
    end = np.where(_is(status, _ACTIVE), time.time_ns() // 1000, ticks_of(stopped))
    known = started.present & (end > 0) & ~_is(status, [RunStatus.STAGED.value])
    return duration_column(np.maximum(0, end - np.where(known, begin, 0)), known)


def _stopped(status: ColumnValues, stopped: ColumnValues) -> Column:
    ended = stopped.present & ~_is(status, _ACTIVE)
    ticks = np.where(ended, ticks_of(stopped), 0)
    return moment_column(ColumnValues(form="q", data=ticks, present=ended))


def _beginning(digest: ColumnValues) -> Column:
    return texts_column([text and text[:SHORT_ID_LENGTH] for text in digest.to_objects()])


def _tags(tags: ColumnValues) -> Column:
    return texts_column([None if text is None else ", ".join(json.loads(text)) for text in tags.to_objects()])


def _lines(comments: ColumnValues) -> Column:
    return texts_column([text and text.replace("\n", "; ") for text in comments.to_objects()])


_MAKERS: Mapping[ValueForm, Callable[..., Column]] = {
    ValueForm.TEXT: text_column,
    ValueForm.VALUE: value_column,
    ValueForm.STATUS: _status,
    ValueForm.WORD: category_column,
    ValueForm.BEGINNING: _beginning,
    ValueForm.MOMENT: moment_column,
    ValueForm.END: _stopped,
    ValueForm.DURATION: _time,
    ValueForm.TAGS: _tags,
    ValueForm.LINES: _lines,
    ValueForm.TRUTH: truth_column,
}
