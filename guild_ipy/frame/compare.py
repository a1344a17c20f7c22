"""Runs side by side: what they were given and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from guild_ipy.frame.flags import flag_columns
from guild_ipy.frame.listing import core_columns
from guild_ipy.frame.scalars import STEP, scalar_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guild_ipy.api.handle import Run


def compare_frame(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Give one row a run: who it is, its flags, ``step``, and the last values of its scalars.

    The order is that of ``guild compare``. Flags and scalars are sorted by name.
    """
    columns = core_columns(runs)
    columns |= flag_columns(runs.values(), taken=[*columns, STEP])
    columns |= scalar_columns(runs.values(), taken=columns)
    return pd.DataFrame(columns)
