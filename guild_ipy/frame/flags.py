"""The flags of runs, one column each."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from guild_ipy.frame.columns import Column, headings, text_column, value_column
from guild_ipy.frame.run_names import RUN
from guild_ipy.store.run import RunRecord


def flags_frame(runs: Mapping[str, RunRecord]) -> pd.DataFrame:
    """Give one row a run: ``run``, and each flag that one of them has, by name."""
    return pd.DataFrame({RUN: text_column(list(runs)), **flag_columns(runs.values(), taken=[RUN])})


def flag_columns(runs: Collection[RunRecord], taken: Collection[str]) -> dict[str, Column]:
    """Give a column for each flag, sorted by name; a heading that is `taken` becomes ``flag:name``."""
    flags = [run.flags for run in runs]
    names = sorted(set().union(*flags))
    columns = (value_column([each.get(name) for each in flags]) for name in names)
    return dict(zip(headings(names, "flag", taken), columns, strict=True))
