"""The listing of runs that were selected."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.frame.run_names import RUN, find_ids
from guild_ipy.frame.runs import frame_runs


def frame_selected(wanted: Sequence[str], *, deleted: bool = False) -> pd.DataFrame:
    """List the runs of these ids, in their order."""
    frame = frame_runs(RunFilter(deleted=deleted))
    ids = find_ids(frame[RUN], wanted)
    rows = frame[frame[RUN].isin(list(ids))]
    return rows.iloc[sorted(range(len(rows)), key=lambda row: wanted.index(ids[rows[RUN].iloc[row]]))].reset_index(
        drop=True
    )
