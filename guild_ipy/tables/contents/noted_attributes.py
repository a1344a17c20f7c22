"""The attributes that users have set on runs, one column each."""

from __future__ import annotations

import pandas as pd

from guild_ipy.index.queries.column_table import Field
from guild_ipy.store.files.attr_types import is_own
from guild_ipy.tables.columns.column_cache import NamesOfKind
from guild_ipy.tables.columns.dtypes import Column, value_column
from guild_ipy.tables.columns.rows import Rows
from guild_ipy.tables.columns.run_names import RUN
from guild_ipy.tables.contents.core import run_column
from guild_ipy.verbs.looking.compared_columns import headings


def attribute_fields(names: NamesOfKind) -> list[Field]:
    """Choose the columns of the attributes of users."""
    return [Field("attr", name) for name in names("attr") if is_own(name)]


def attributes_frame(rows: Rows) -> pd.DataFrame:
    """Return one row a run: ``run``, and each attribute of its own that one of them has, by name.

    An attribute that cannot be read is missing.
    """
    return rows.frame("attributes", lambda: _make(rows))


def _make(rows: Rows) -> dict[str, Column]:
    fields = attribute_fields(rows.known.__getitem__)
    found = {each.name: values for each in fields if not (values := rows.get(each)).is_empty()}
    columns = dict(zip(headings(found, "attr", [RUN]), map(value_column, found.values()), strict=True))
    return {RUN: run_column(rows), **columns}
