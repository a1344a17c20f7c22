"""The flags of runs, one column each."""

from __future__ import annotations

import pandas as pd

from guild_ipy.api.comparing.headings import headings
from guild_ipy.frame.columns import Column, value_column
from guild_ipy.frame.core import run_column
from guild_ipy.frame.kept import Names
from guild_ipy.frame.rows import Rows
from guild_ipy.frame.run_names import RUN
from guild_ipy.frame.whole import hand_out
from guild_ipy.index.table import Field


def flag_fields(names: Names) -> list[Field]:
    """Choose the columns of all flags."""
    return [Field("flag", name) for name in names("flag")]


def flags_frame(rows: Rows) -> pd.DataFrame:
    """Return one row a run: ``run``, and each flag that one of them has, by name."""
    return hand_out(rows, "flags", lambda: _make(rows))


def _make(rows: Rows) -> dict[str, Column]:
    found = {name: values for name in rows.known["flag"] if not (values := rows.get(Field("flag", name))).is_empty()}
    columns = dict(zip(headings(found, "flag", [RUN]), map(value_column, found.values()), strict=True))
    return {RUN: run_column(rows), **columns}
