"""Stale runs in frames: only these, or a column that says which are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from guild_ipy.session.session import Session
from guild_ipy.session.stale import find_stale
from guild_ipy.store.run_dir import RunDir
from guild_ipy.tables.columns.column_cache import ID
from guild_ipy.tables.columns.column_values import Array
from guild_ipy.tables.columns.dtypes import Column
from guild_ipy.tables.columns.rows import Rows


def keep_stale(session: Session, rows: Rows, folder: str, limit: int | None) -> Rows:
    """Return those of the rows whose runs, in `folder`, are stale; at most `limit`."""
    return rows.only(np.flatnonzero(_are_stale(session, rows, folder))[:limit])


def stale_column(session: Session, rows: Rows, folder: str, *, all_are: bool) -> Column:
    """Return for each row whether its run is stale; `all_are` if that is known of all."""
    return pd.Series(np.ones(len(rows), dtype=bool) if all_are else _are_stale(session, rows, folder))


def _are_stale(session: Session, rows: Rows, folder: str) -> Array:
    ids = rows.get(ID).to_objects().tolist()
    stale = find_stale(session.index.records, (RunDir(f"{folder}/{each}") for each in ids))
    return np.array([each in stale for each in ids], dtype=bool)
