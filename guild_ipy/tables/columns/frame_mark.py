"""The mark of frames of runs: it goes with a frame through filters, sorts, copies and pickles.

It is one entry of ``DataFrame.attrs``. A frame that has lost its column ``run``, as by a mean over groups, is not one
of runs any more, marked or not.
"""

from __future__ import annotations

import pandas as pd

from guild_ipy.tables.columns.run_names import RUN

MARK = "guild_ipy"


def mark_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Mark a frame as one of runs, and return it."""
    frame.attrs[MARK] = "runs"
    return frame


def is_of_runs(frame: pd.DataFrame) -> bool:
    """Whether a frame was made here, and still says which run each row is about."""
    if MARK not in frame.attrs:
        return False
    if list(frame.columns).count(RUN) == 1:
        return isinstance(frame[RUN].dtype, pd.StringDtype)
    return RUN in frame.index.names and isinstance(frame.index.get_level_values(RUN).dtype, pd.StringDtype)
