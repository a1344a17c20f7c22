"""What users have noted on runs beyond what every run has."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guild_ipy.errors import DamagedRun
from guild_ipy.frame.columns import headings, text_column, value_column
from guild_ipy.frame.run_names import RUN
from guild_ipy.store.attr_types import is_own, parse_value
from guild_ipy.store.attrs import list_attrs, read_attr
from guild_ipy.store.run_dir import RunDir


def attributes_frame(runs: Mapping[str, RunDir]) -> pd.DataFrame:
    """Give one row a run: ``run``, and each attribute of its own that one of them has, by name.

    An attribute that cannot be read is missing.
    """
    attributes = [_read_attributes(run_dir) for run_dir in runs.values()]
    names = sorted(set().union(*attributes))
    columns = (value_column([each.get(name) for each in attributes]) for name in names)
    own = dict(zip(headings(names, "attr", [RUN]), columns, strict=True))
    return pd.DataFrame({RUN: text_column(list(runs)), **own})


def _read_attributes(run_dir: RunDir) -> dict[str, object]:
    return {name: _read(run_dir, name) for name in _list_names(run_dir) if is_own(name)}


def _list_names(run_dir: RunDir) -> list[str]:
    try:
        return list_attrs(run_dir)
    except DamagedRun:
        return []


def _read(run_dir: RunDir, name: str) -> object:
    try:
        return parse_value(read_attr(run_dir, name))
    except DamagedRun:
        return None
