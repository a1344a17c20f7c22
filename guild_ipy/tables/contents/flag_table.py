"""The flags of runs, one column each."""

from __future__ import annotations

import pandas as pd

from guild_ipy.index.queries.column_table import Field
from guild_ipy.tables.columns.column_cache import NamesOfKind
from guild_ipy.tables.columns.dtypes import Column, value_column
from guild_ipy.tables.columns.rows import Rows
from guild_ipy.tables.columns.run_names import RUN
from guild_ipy.tables.contents.core import run_column
from guild_ipy.verbs.looking.compared_columns import headings


def flag_fields(names: NamesOfKind) -> list[Field]:
    """Choose the columns of all flags."""
    return [Field("flag", name) for name in names("flag")]


def flags_frame(rows: Rows) -> pd.DataFrame:
    """Return one row a run: ``run``, and each flag that one of them has, by name."""
    return rows.frame("flags", lambda: _make(rows))


def _make(rows: Rows) -> dict[str, Column]:
    found = {name: values for name in rows.known["flag"] if not (values := rows.get(Field("flag", name))).is_empty()}
    columns = dict(zip(headings(found, "flag", [RUN]), map(value_column, found.values()), strict=True))
    return {RUN: run_column(rows), **columns}
