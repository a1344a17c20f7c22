"""The table that is shown of a frame of runs: its first and last rows, and in a line what all runs have in common.

Only the rows that are shown are written. Of all others no more is read than what tells whether a column is one value
for all, and how many runs there are: 25 ms for 100,000.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import pandas as pd

from guild_ipy.domain.attributes import BY_NAME
from guild_ipy.tables.columns.run_names import run_column
from guild_ipy.tables.shown.own_labels import own_label
from guild_ipy.tables.shown.paths import from_user_dir
from guild_ipy.tables.shown.shown_column import ShownColumn, show_column
from guild_ipy.verbs.looking.compared_columns import STEP

_LABEL = "label"
_PLACES = frozenset({"notebook", "project"})
_TWO = 2

_Named: TypeAlias = tuple[str, pd.Series]


@dataclass(frozen=True, kw_only=True)
class ShownTable:
    """Columns of texts, and what stands below them."""

    columns: Sequence[ShownColumn]
    row_gap: int | None = None
    """The row before which others are left out."""
    column_gap: int | None = None
    """The column before which others are left out."""
    count: str
    """How many runs there are, and how many rows are shown of them."""
    common: Sequence[tuple[str, str]] = ()
    """Columns in which all runs have the same, and what they have; they are not among the others."""

    @property
    def height(self) -> int:
        """The number of rows that are shown."""
        return len(self.columns[0].texts)


def show_frame(frame: pd.DataFrame) -> ShownTable:
    """Choose and write what is shown of a frame; where there is too much, its ends, as pandas does.

    A column of listings that says nothing of the rows that are shown is left out.
    """
    rows, row_gap = _ends(len(frame), pd.get_option("display.max_rows"), pd.get_option("display.min_rows"))
    shown = list(_columns_of(frame if row_gap is None else frame.iloc[rows]))
    common = _find_common(list(_columns_of(frame)))
    written = [_without_default_labels(show_column(heading, column), shown) for heading, column in shown]
    columns = [
        each
        for place, each in enumerate(written)
        if place not in common and not (rows and each.is_blank and each.heading in BY_NAME)
    ]
    places, column_gap = _ends(len(columns), pd.get_option("display.max_columns"))
    return ShownTable(
        columns=[columns[place] for place in places],
        row_gap=row_gap,
        column_gap=column_gap,
        count=_count(frame, len(rows)),
        common=[(written[place].heading, _common_text(written[place])) for place in common],
    )


def _ends(count: int, most: int | None, few: int | None = None) -> tuple[list[int], int | None]:
    """Return what is kept of so many rows or columns, and the place before which the others are left out."""
    if not most or count <= most:
        return list(range(count)), None
    half = max(1, (min(few, most) if few else most) // 2)
    return [*range(half), *range(count - half, count)], half


def _columns_of(frame: pd.DataFrame) -> Iterator[_Named]:
    """Yield the columns, after the index as far as it says something: it has a name, or is not of numbers."""
    for level, name in enumerate(frame.index.names):
        values = frame.index.get_level_values(level)
        if name is not None or not pd.api.types.is_integer_dtype(values.dtype):
            yield "" if name is None else str(name), values.to_series()
    for place, heading in enumerate(frame.columns):
        yield str(heading), frame.iloc[:, place]


def _find_common(columns: Sequence[_Named]) -> list[int]:
    """Return the columns that are one value for all: places, and in a comparison the flags that were not varied."""
    headings = [heading for heading, _ in columns]
    flags = range(headings.index(STEP) + 1, len(headings)) if STEP in headings else range(0)
    return [
        place
        for place, (heading, column) in enumerate(columns)
        if (heading in _PLACES or (place in flags and heading not in BY_NAME and len(column) >= _TWO))
        and _is_constant(column)
    ]


def _is_constant(column: pd.Series) -> bool:
    if not len(column) or pd.api.types.is_object_dtype(column.dtype):
        return False
    some = column.iloc[[0, len(column) // 2, -1]]  # where these differ, 100,000 others need not be looked at
    if some.isna().any() or (some != some.iloc[0]).any() or column.isna().any():
        return False
    return column.tolist().count(some.iloc[0]) == len(column)


def _common_text(column: ShownColumn) -> str:
    return from_user_dir(column.wholes[0]) if column.heading in _PLACES and column.wholes else column.texts[0]


def _without_default_labels(column: ShownColumn, beside: Sequence[_Named]) -> ShownColumn:
    """Leave out of labels what flags beside them say."""
    if column.heading != _LABEL or not any("=" in text for text in column.texts):
        return column
    named = [(heading, each.tolist(), each.isna().tolist()) for heading, each in beside if heading not in BY_NAME]
    labels = column.wholes or column.texts
    kept = [
        own_label(label, {name: values[row] for name, values, missing in named if not missing[row]})
        for row, label in enumerate(labels)
    ]
    texts = [text if own == label else own for text, own, label in zip(column.texts, kept, labels, strict=True)]
    return replace(column, texts=texts, wholes=labels)


def _count(frame: pd.DataFrame, shown: int) -> str:
    runs = run_column(frame).nunique()
    count = _plural(runs, "run") if runs == len(frame) else f"{_plural(len(frame), 'row')} of {_plural(runs, 'run')}"
    return count if shown == len(frame) else f"{count}, {shown} shown"


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"
