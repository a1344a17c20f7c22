"""The listing of runs that were selected."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.frame.runs_frame import frame_runs
from guild_ipy.session.session import get_session
from guild_ipy.tables.columns.run_names import RUN, find_ids
from guild_ipy.verbs.looking.select import SelectRuns


def frame_wanted(wanted: SelectRuns) -> pd.DataFrame:
    """List the selected runs: by names or a rule in their order, by an expression the newest first."""
    if wanted.best is None and not wanted.refs:
        return frame_runs(wanted.filter)
    return _frame_ids(wanted.find_ids(get_session()), deleted=wanted.filter.deleted)


def _frame_ids(wanted: Sequence[str], *, deleted: bool) -> pd.DataFrame:
    frame = frame_runs(RunFilter(deleted=deleted))
    ids = find_ids(frame[RUN], wanted)
    rows = frame[frame[RUN].isin(list(ids))]
    return rows.iloc[sorted(range(len(rows)), key=lambda row: wanted.index(ids[rows[RUN].iloc[row]]))].reset_index(
        drop=True
    )
