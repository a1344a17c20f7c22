"""The names of runs in pictures: short id, and the flags that tell them apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from guild_ipy.domain.values.flags import format_flag
from guild_ipy.index.queries.column_table import Field
from guild_ipy.tables.columns.column_cache import NamesOfKind
from guild_ipy.tables.columns.column_values import ColumnValues
from guild_ipy.tables.columns.rows import Rows

_LABEL = Field("run", "label")
_MOST_FLAGS = 3
_LONGEST = 40
_FEW = 100
#: Numbers, truth values and words, which NumPy can compare.
_PLAIN_FORMS = frozenset("bcdq")


def label_fields(names: NamesOfKind) -> list[Field]:
    """Choose the columns that labels are made of."""
    return [_LABEL, *(Field("flag", name) for name in names("flag"))]


def label_runs(rows: Rows) -> list[str]:
    """Return a text for each run: ``3f2a1b4c lr=0.1``, or with its label where all flags are the same."""
    telling = [(name, values) for name, values in _flags(rows) if differs(values)][:_MOST_FLAGS]
    texts = [[_flag(name, value) for value in values.to_objects()] for name, values in telling]
    if not texts:
        texts = [[label or "" for label in rows.get(_LABEL).to_objects()]]
    abouts = (" ".join(filter(None, about)) for about in zip(*texts, strict=True))
    return [f"{name} {_shorten(about)}".strip() for name, about in zip(rows.names, abouts, strict=True)]


def differs(values: ColumnValues) -> bool:
    """Return whether the runs differ there."""
    # Where the first ones differ, 100,000 others need not be looked at.
    return _vary(values.take(np.arange(min(_FEW, len(values))))) or _vary(values)


def _vary(values: ColumnValues) -> bool:
    if values.form in _PLAIN_FORMS and values.whole is None:
        found = np.unique(values.data[values.present])
        return len(found) + (not values.present.all()) > 1
    return len({repr(value) for value in values.to_objects()}) > 1


def _flags(rows: Rows) -> Iterator[tuple[str, ColumnValues]]:
    for name in rows.known["flag"]:
        yield name, rows.get(Field("flag", name))


def _flag(name: str, value: object) -> str:
    if value is None:
        return ""
    return f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={format_flag(value)}"  # type: ignore[arg-type] # of a flag


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
