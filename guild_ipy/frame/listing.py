"""The frame of a listing: who the runs are and how they fare."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from guild_ipy.domain.status import RunStatus
from guild_ipy.frame.columns import (
    Column,
    category_column,
    duration_column,
    integer_column,
    moment_column,
    text_column,
)
from guild_ipy.frame.run_names import RUN
from guild_ipy.store.run import RunRecord


def listing_frame(runs: Mapping[str, RunRecord], *, details: bool = False) -> pd.DataFrame:
    """Give one row a run: ``run operation started time status label marked``.

    With `details` also ``id stopped exit_status tags comments digest run_dir damage``.
    """
    columns = core_columns(runs)
    columns["marked"] = pd.Series([run.marked for run in runs.values()], dtype=bool)
    if details:
        columns |= _detail_columns(runs.values())
    return pd.DataFrame(columns)


def core_columns(runs: Mapping[str, RunRecord]) -> dict[str, Column]:
    """Give the columns that every table of runs begins with; `runs` are by the name to show."""
    each = runs.values()
    return {
        RUN: text_column(list(runs)),
        "operation": category_column([run.operation for run in each]),
        "started": moment_column([run.started_at for run in each]),
        "time": duration_column([run.duration for run in each]),
        "status": category_column([run.status.value for run in each], [status.value for status in RunStatus]),
        "label": text_column([run.label or None for run in each]),
    }


def _detail_columns(runs: Collection[RunRecord]) -> dict[str, Column]:
    return {
        "id": text_column([run.dir.id for run in runs]),
        "stopped": moment_column([run.stopped_at for run in runs]),
        "exit_status": integer_column([run.exit_status for run in runs]),
        "tags": text_column([", ".join(run.tags) or None for run in runs]),
        "comments": text_column(["; ".join(comment.body for comment in run.comments) or None for run in runs]),
        "digest": text_column([run.sourcecode_digest for run in runs]),
        "run_dir": text_column([run.dir.path for run in runs]),
        "damage": text_column([run.damage for run in runs]),
    }
