"""The frame of a listing: the columns of every run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from guild_ipy.domain.attributes import DETAILS, ERROR, LISTED
from guild_ipy.frame.columns.column_cache import Chooser
from guild_ipy.frame.columns.dtypes import Column, texts_column
from guild_ipy.frame.columns.rows import Rows
from guild_ipy.frame.tables.core import core_columns, core_fields, failure_columns, keep_time
from guild_ipy.index.queries.column_table import Field


def listing_fields(*, details: bool, more: Sequence[Field] = ()) -> Chooser:
    """Return a function that chooses the columns of a listing, and `more`."""
    fields = [*core_fields([*LISTED, *DETAILS] if details else [*LISTED, ERROR]), *more]
    return lambda names: fields  # noqa: ARG005 - the same for all names


def list_rows(rows: Rows) -> pd.DataFrame:
    """Return one row a run: ``run operation started time status label marked notebook project``.

    Where one failed there is ``error``, too.
    """
    return keep_time(rows, rows.frame("listing", lambda: core_columns(rows, [*LISTED, *failure_columns(rows)])))


def list_details(rows: Rows, folder: str, make_stale: Callable[[], Column]) -> pd.DataFrame:
    """Return more columns: also ``id stopped exit_status tags comments digest error stale run_dir damage``.

    Parameters
    ----------
    rows
        The runs.
    folder
        The folder of their directories.
    make_stale
        Makes the column ``stale``, for which files of all runs are read; not called where the frame is kept.
    """
    return keep_time(rows, rows.frame("details", lambda: _make_details(rows, folder, make_stale())))


def _make_details(rows: Rows, folder: str, stale: Column) -> dict[str, Column]:
    columns = core_columns(rows, [*LISTED, *DETAILS])
    damage = columns.pop("damage")
    columns["stale"] = stale
    columns["run_dir"] = texts_column([f"{folder}/{each}" for each in columns["id"]])
    columns["damage"] = damage
    return columns
