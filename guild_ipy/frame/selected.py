"""The listing of runs that are selected, also of the best of them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from guild_ipy.api.context import get_context
from guild_ipy.api.select import select
from guild_ipy.domain.best import Best
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.frame.run_names import RUN, find_ids
from guild_ipy.frame.runs import frame_runs


def frame_selected(run_filter: RunFilter, best: Best | None = None) -> pd.DataFrame:
    """List the runs that pass a filter, newest first; with `best` the best one, or as many as its limit says."""
    if best is None:
        return frame_runs(run_filter)
    wanted = [run.id for run in select(get_context(), run_filter, best)]
    frame = frame_runs(replace(run_filter, limit=None))
    ids = find_ids(frame[RUN], wanted)
    rows = frame[frame[RUN].isin(list(ids))]
    return rows.iloc[sorted(range(len(rows)), key=lambda row: wanted.index(ids[rows[RUN].iloc[row]]))].reset_index(
        drop=True
    )
