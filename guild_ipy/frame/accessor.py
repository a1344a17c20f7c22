"""``df.guild``: what can be done with the runs of a frame.

Works on any frame with a ``run`` column, also after a filter, sort, concat or merge, and after a trip through a
CSV file. Each run counts once, in the order of the frame; rows without a run are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guild_ipy.api.context import get_context

from guild_ipy.frame.compare import compare_frame
from guild_ipy.frame.flags import flags_frame
from guild_ipy.frame.run_names import read_names
from guild_ipy.frame.scalars import points_frame, scalars_frame

if TYPE_CHECKING:
    import pandas as pd
    from guild_ipy.api.handle import Run, RunInfo

_NAME = "guild"


class GuildAccessor:
    """The runs of a frame.

    Examples
    --------
    >>> df = guild_ipy.runs(operations="train")          # doctest: +SKIP
    >>> df[df.status == "completed"].guild.compare()     # doctest: +SKIP
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        read_names(frame.head(0))
        self._frame = frame
