"""Runs side by side: what they were given and what came of it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guild_ipy.frame.flags import flag_columns
from guild_ipy.frame.listing import core_columns
from guild_ipy.frame.scalars import STEP, scalar_columns
from guild_ipy.store.run import RunRecord


def compare_frame(runs: Mapping[str, RunRecord]) -> pd.DataFrame:
    """Give one row a run: who it is, its flags, ``step``, and the last values of its scalars.

    The order is that of ``guild compare``. Flags and scalars are sorted by name.
    """
    columns = core_columns(runs)
    columns |= flag_columns(runs.values(), taken=[*columns, STEP])
    columns |= scalar_columns([run.dir for run in runs.values()], taken=columns)
    return pd.DataFrame(columns)
