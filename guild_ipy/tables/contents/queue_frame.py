"""The frame of the runs that wait for a queue."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from guild_ipy.scheduling.queue_status import QueueStatus
from guild_ipy.tables.columns.dtypes import texts_column
from guild_ipy.tables.columns.run_names import RUN


def frame_queue(status: QueueStatus) -> pd.DataFrame:
    """Return one row a staged run, the next one first: ``run operation label staged usually reason``.

    ``usually`` is the median time that earlier runs of its operation took, and ``reason`` why it is not started yet.
    """
    waiting = status.waiting
    seconds = [each.usual_seconds for each in waiting]
    columns = {
        RUN: texts_column([each.run.short_id for each in waiting]),
        "operation": texts_column([each.run.operation for each in waiting]),
        "label": texts_column([each.run.label for each in waiting]),
        "staged": pd.Series([_local(each.staged) for each in waiting], dtype="datetime64[us]").array,
        "usually": pd.to_timedelta([None if each is None else timedelta(seconds=each) for each in seconds]),
        "reason": texts_column([each.reason for each in waiting]),
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(waiting) + 1, name="place"))


def _local(moment: datetime | None) -> datetime | None:
    """Return a moment without its zone, which is that of this machine, as in all frames of runs."""
    return None if moment is None else moment.replace(tzinfo=None)
