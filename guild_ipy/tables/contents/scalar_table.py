"""The scalars of runs, summarised: one row a run and scalar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from guild_ipy.index.queries.column_table import Field
from guild_ipy.session.session import Session
from guild_ipy.tables.columns.column_cache import NamesOfKind
from guild_ipy.tables.columns.column_values import Array, ColumnValues
from guild_ipy.tables.columns.dtypes import Column, number_column, ticks_of
from guild_ipy.tables.columns.frame_mark import mark_frame
from guild_ipy.tables.columns.rows import Rows
from guild_ipy.tables.columns.run_names import RUN
from guild_ipy.tables.columns.runs_of_frame import find_run_dirs

#: Headings, in the order of ``guild.ipy``, and the parts of a scalar in the index.
_PARTS = {
    "first_val": "first",
    "first_step": "first_step",
    "last_val": "last",
    "last_step": "last_step",
    "min_val": "min",
    "min_step": "min_step",
    "max_val": "max",
    "max_step": "max_step",
    "avg_val": "avg",
    "count": "count",
    "total": "total",
}


def summary_fields(names: NamesOfKind) -> list[Field]:
    """Choose all columns of all scalars."""
    return [Field("scalar", name, part) for name in names("scalar") for part in _PARTS.values()]


def scalars_frame(session: Session, rows: Rows) -> pd.DataFrame:
    """Return one row a run and scalar, with its first, last, least, greatest and average value."""
    names = rows.known["scalar"]
    reported = [rows.get(Field("scalar", name, "last")).present for name in names]
    grid = _Grid(np.array(reported, dtype=bool).reshape(len(names), len(rows)).T)
    places = [_split(session, rows, name, present) for name, present in zip(names, reported, strict=True)]
    columns: dict[str, Column] = {
        RUN: rows.names[grid.rows],
        "prefix": grid.texts([prefix for prefix, _ in places]),
        "tag": grid.texts([tag for _, tag in places]),
    }
    for heading, part in _PARTS.items():
        each = [rows.get(Field("scalar", name, part)) for name in names]
        is_number = heading.endswith(("_val", "total"))
        columns[heading] = grid.spread(_numbers(each) if is_number else _steps(each), float if is_number else np.int64)
    return mark_frame(pd.DataFrame(columns))


class _Grid:
    """Runs by scalars; each place that has a value is a row of the frame, run by run."""

    def __init__(self, reported: Array) -> None:
        self.rows, self.places = np.nonzero(reported)

    def texts(self, texts: Sequence[str]) -> Column:
        """Return the text of each scalar."""
        return pd.arrays.StringArray(np.array([*texts, ""], dtype=object)[self.places])

    def spread(self, columns: Sequence[Array], dtype: type) -> Column:
        """Return the values of columns, one a scalar."""
        if not columns:
            return pd.Series([], dtype=dtype)
        return pd.Series(np.array(columns, dtype=dtype)[self.places, self.rows])


def _numbers(columns: Sequence[ColumnValues]) -> list[Array]:
    return [np.asarray(number_column(each)) for each in columns]


def _steps(columns: Sequence[ColumnValues]) -> list[Array]:
    return [ticks_of(each) for each in columns]


def _split(session: Session, rows: Rows, name: str, present: Array) -> tuple[str, str]:
    """Return the sub-directory and the tag of a scalar; where the tag could contain a ``#``, the files tell."""
    if "#" not in name or not present.any():
        return "", name
    first = rows.names[present][0]
    (summaries,) = session.index.summaries(list(find_run_dirs(session, [first]).values()))
    summary = summaries.get(name)
    return (summary.prefix, summary.tag) if summary else ("", name)
