"""The frame of the runs that wait for a queue."""

from __future__ import annotations

import numpy as np
import pandas as pd

from guild_ipy.scheduling.queue_status import QueueStatus
from guild_ipy.tables.columns.column_values import ColumnValues
from guild_ipy.tables.columns.dtypes import duration_column, moment_column, texts_column
from guild_ipy.tables.columns.run_names import RUN, short_names

_MICROSECONDS = 1_000_000


def frame_queue(status: QueueStatus) -> pd.DataFrame:
    """Return one row a staged run, the next one first: ``run operation label staged usually reason``.

    ``usually`` is the median time that earlier runs of its operation took, and ``reason`` why it is not started yet.
    The index is the place, from 1.
    """
    waiting = status.waiting
    ids = [each.run.id for each in waiting]
    staged = np.array([0 if each.staged is None else int(each.staged.timestamp() * _MICROSECONDS) for each in waiting])
    usual = np.array([each.usual_seconds or 0 for each in waiting])
    columns = {
        RUN: texts_column(list(short_names(ids, ids))),
        "operation": texts_column([each.run.operation for each in waiting]),
        "label": texts_column([each.record.label for each in waiting]),
        "staged": moment_column(ColumnValues(form="q", data=staged.astype(np.int64), present=staged > 0)),
        "usually": duration_column((usual * _MICROSECONDS).astype(np.int64), usual > 0),
        "reason": texts_column([each.reason for each in waiting]),
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(waiting) + 1, name="place"))
