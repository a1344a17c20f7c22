"""The frame of a listing: who the runs are and how they fare."""

from __future__ import annotations

import pandas as pd

from guild_ipy.frame.columns import Column, texts_column
from guild_ipy.frame.core import core_columns, core_fields, keep_time
from guild_ipy.frame.kept import Chooser
from guild_ipy.frame.rows import Rows
from guild_ipy.frame.whole import hand_out

SHOWN = tuple("run operation started time status label marked".split())
DETAILS = tuple("id stopped exit_status tags comments digest damage".split())


def listing_fields(*, details: bool) -> Chooser:
    """Give what a listing is made of."""
    fields = core_fields([*SHOWN, *DETAILS] if details else SHOWN)
    return lambda names: fields  # noqa: ARG005 - whatever names there are


def list_rows(rows: Rows, *, details: bool = False, folder: str = "") -> pd.DataFrame:
    """Give one row a run: ``run operation started time status label marked``.

    With `details` also ``id stopped exit_status tags comments digest run_dir damage``, the directories in `folder`.
    """
    name = "details" if details else "listing"
    return keep_time(rows, hand_out(rows, name, lambda: _make(rows, details=details, folder=folder)))


def _make(rows: Rows, *, details: bool, folder: str) -> dict[str, Column]:
    columns = core_columns(rows, SHOWN)
    if details:
        more = core_columns(rows, DETAILS)
        damage = more.pop("damage")
        columns |= more
        columns["run_dir"] = texts_column([f"{folder}/{each}" for each in more["id"]])
        columns["damage"] = damage
    return columns
