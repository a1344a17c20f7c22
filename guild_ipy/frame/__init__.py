"""Runs as pandas DataFrames; importing this adds ``df.guild`` to every frame with a ``run`` column.

``runs`` · ``keywords`` its filters · ``find`` and ``selected`` runs · ``listing``, with ``core`` and ``trash`` ·
``accessor``: ``flags`` · ``attributes`` · ``scalars`` · ``compare`` · ``best`` · ``stale`` · ``inputs`` · ``lineage``

Pictures: ``curves`` and ``parallel``, with ``points``, ``run_labels`` and ``pyplot``

Columns: ``columns``, of ``values`` · ``rows`` of certain runs · ``whole`` of all · ``kept`` from one question to the
next · ``run_names`` · ``local_time``
"""

from guild_ipy.frame.accessor import GuildAccessor, register_accessor
from guild_ipy.frame.runs import frame_runs, runs

__all__ = ["GuildAccessor", "frame_runs", "register_accessor", "runs"]

register_accessor()
