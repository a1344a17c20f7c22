"""Planned trials as a frame: their flags, and for a restart what becomes of each."""

from __future__ import annotations

import pandas as pd

from guild_ipy.batch.trial_table import TrialTable
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.tables.columns.column_values import make_values
from guild_ipy.tables.columns.dtypes import Column, texts_column, value_column
from guild_ipy.tables.columns.frame_mark import mark_frame
from guild_ipy.tables.columns.run_names import RUN
from guild_ipy.verbs.looking.compared_columns import headings

_FATE, _REASON = "fate", "reason"


def plan_frame(table: TrialTable) -> pd.DataFrame:
    """Return a row for each trial, with its flags; for a restart ``fate run`` before and ``reason`` after them."""
    names, trials = table.flag_names, table.trials
    taken = (_FATE, RUN, _REASON) if table.is_restart else ()
    flags: dict[str, Column] = {
        heading: value_column(make_values([trial.flags.get(name) for trial in trials]))
        for name, heading in zip(names, headings(names, "flag", taken), strict=True)
    }
    if not table.is_restart:
        return pd.DataFrame(flags)
    columns = {
        _FATE: texts_column([str(trial.fate) for trial in trials]),
        RUN: texts_column([trial.id and trial.id[:SHORT_ID_LENGTH] for trial in trials]),
        **flags,
        _REASON: texts_column([trial.reason for trial in trials]),
    }
    return mark_frame(pd.DataFrame(columns))
