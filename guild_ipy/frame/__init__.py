"""Runs as pandas DataFrames; importing this adds ``df.guild`` to every frame with a ``run`` column.

- ``runs_frame``: ``guild_ipy.runs``, with ``keywords``
- ``accessor``: ``df.guild``
- ``batch_trials``, ``trial_plan``: the trials of a batch, as they are and as planned
- ``batch_pictures``: ``batch.guild``
- ``edited_flags``: flags that a user has changed in a frame
- ``inputs``: the runs that a summary operation was given
- ``selected``: the runs that an expression selects
"""

from guild_ipy.frame.accessor import GuildAccessor, register_accessor
from guild_ipy.frame.runs_frame import frame_runs, runs

__all__ = ["GuildAccessor", "frame_runs", "register_accessor", "runs"]

register_accessor()
