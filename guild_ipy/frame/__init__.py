"""Runs as pandas DataFrames; importing this adds ``df.guild`` to every frame with a ``run`` column.

``runs`` · ``keywords`` · ``listing`` · ``columns`` · ``local_time`` · ``run_names``
``accessor`` · ``flags`` · ``attributes`` · ``scalars`` · ``compare``
"""

from guild_ipy.frame.accessor import GuildAccessor, register_accessor
from guild_ipy.frame.runs import frame_runs, runs

__all__ = ["GuildAccessor", "frame_runs", "register_accessor", "runs"]

register_accessor()
