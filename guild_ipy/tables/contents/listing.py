"""The frame of a listing: the columns of every run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from guild_ipy.domain.attributes import BATCH, DETAILS, LISTED, OCCASIONAL
from guild_ipy.domain.status import RunStatus, describe_statuses
from guild_ipy.index.queries.column_table import Field
from guild_ipy.tables.columns.column_cache import ID, Chooser
from guild_ipy.tables.columns.dtypes import Column, texts_column
from guild_ipy.tables.columns.rows import Rows
from guild_ipy.tables.contents.core import core_columns, core_fields, keep_time, occasional_columns


def listing_fields(*, details: bool, more: Sequence[Field] = ()) -> Chooser:
    """Return a function that chooses the columns of a listing, and `more`."""
    fields = [*core_fields([*LISTED, *DETAILS] if details else [*LISTED, *OCCASIONAL]), *more]
    return lambda names: fields  # noqa: ARG005 - the same for all names


def list_rows(rows: Rows) -> pd.DataFrame:
    """Return one row a run: ``run operation started time status label marked notebook project``.

    Where one is a trial there is ``batch``, too, and where one failed ``error``.
    """
    return keep_time(rows, rows.frame("listing", lambda: core_columns(rows, [*LISTED, *occasional_columns(rows)])))


def list_folded(rows: Rows, limit: int | None) -> pd.DataFrame:
    """Return a listing with each batch in place of its trials, at most `limit` rows.

    Its column ``trials`` says how many trials of each status are among the runs.
    """
    ids, batches, statuses = (
        rows.get(field).to_objects().tolist() for field in (ID, Field("run", BATCH), Field("run", "status"))
    )
    trials: defaultdict[str, list[RunStatus]] = defaultdict(list)
    for batch, status in zip(batches, statuses, strict=True):
        trials[batch].append(RunStatus(status))
    there = set(ids)
    places = [place for place, batch in enumerate(batches) if batch not in there][:limit]
    frame = list_rows(rows.only(np.array(places, np.intp)))
    found = [ids[place] for place in places]
    frame["trials"] = texts_column([describe_statuses(trials[each]) if each in trials else None for each in found])
    return frame


def list_details(rows: Rows, folder: str, make_stale: Callable[[], Column]) -> pd.DataFrame:
    """Return more columns: also ``id stopped exit_status tags comments digest batch error stale run_dir damage``.

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
