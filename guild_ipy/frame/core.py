"""The columns that every run has: who it is, and how it fares."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guild_ipy.domain.status import RunStatus
from guild_ipy.frame.columns import (
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
from guild_ipy.frame.rows import Rows
from guild_ipy.frame.run_names import RUN
from guild_ipy.frame.values import Values
from guild_ipy.index.table import Field

_ACTIVE = [status.value for status in RunStatus if status.is_active]


def core_fields(names: Sequence[str]) -> list[Field]:
    """Give the fields that columns of these names are made of."""
    return [Field("run", each) for name in names if name != RUN for each in _COLUMNS[name].fields]


def core_columns(rows: Rows, names: Sequence[str]) -> dict[str, Column]:
    """Give columns by name: ``run``, and those that :func:`core_fields` knows."""
    return {name: core_column(rows, name) for name in names}


def core_column(rows: Rows, name: str) -> Column:
    """Give one of them."""
    if name == RUN:
        return run_column(rows)
    made = _COLUMNS[name]
    return made.make(*(rows.get(Field("run", each)) for each in made.fields))


def run_column(rows: Rows) -> Column:
    """Give what stands for the runs."""
    column: Column = rows.names
    return column


def keep_time(rows: Rows, frame: pd.DataFrame) -> pd.DataFrame:
    """Bring the column ``time`` of a frame up to date, where a run may still be running."""
    if not set(_ACTIVE).isdisjoint(rows.get(Field("run", "status")).words):
        frame["time"] = core_column(rows, "time")
    return frame


@dataclass(frozen=True)
class _Made:
    """How a column is made, and of which fields."""

    make: Callable[..., Column]
    fields: tuple[str, ...]


def _status(status: Values) -> Column:
    return category_column(status, STATUSES)


def _is(status: Values, words: Sequence[str]) -> np.ndarray:
    codes = [code for code, word in enumerate(status.words) if word in words]
    return np.isin(status.data, codes) if status.form == "c" else np.zeros(len(status), dtype=bool)


def _time(status: Values, started: Values, stopped: Values) -> Column:
    """Give how long runs took, or have been at work."""
    begin = ticks_of(started)
    end = np.where(_is(status, _ACTIVE), time.time_ns() // 1000, ticks_of(stopped))
    known = started.present & (end > 0) & ~_is(status, [RunStatus.STAGED.value])
    return duration_column(np.maximum(0, end - np.where(known, begin, 0)), known)


def _stopped(status: Values, stopped: Values) -> Column:
    ended = stopped.present & ~_is(status, _ACTIVE)
    ticks = np.where(ended, ticks_of(stopped), 0)
    return moment_column(Values(form="q", data=ticks, present=ended))


def _beginning(digest: Values) -> Column:
    return texts_column([text and text[:8] for text in digest.to_objects()])


def _tags(tags: Values) -> Column:
    return texts_column([None if text is None else ", ".join(json.loads(text)) for text in tags.to_objects()])


def _comments(comments: Values) -> Column:
    return texts_column([text and text.replace("\n", "; ") for text in comments.to_objects()])


_COLUMNS: Mapping[str, _Made] = {
    "operation": _Made(category_column, ("operation",)),
    "initialized": _Made(moment_column, ("initialized",)),
    "started": _Made(moment_column, ("started",)),
    "stopped": _Made(_stopped, ("status", "stopped")),
    "time": _Made(_time, ("status", "started", "stopped")),
    "status": _Made(_status, ("status",)),
    "label": _Made(text_column, ("label",)),
    "marked": _Made(truth_column, ("marked",)),
    "id": _Made(text_column, ("id",)),
    "exit_status": _Made(value_column, ("exit_status",)),
    "tags": _Made(_tags, ("tags",)),
    "comments": _Made(_comments, ("comments",)),
    "digest": _Made(text_column, ("digest",)),
    "sourcecode": _Made(_beginning, ("digest",)),
    "damage": _Made(text_column, ("damage",)),
}
