"""The index: the part of all runs of a home that listings, tables and selections need, kept in SQLite.

It is a cache. Run directories are the truth; an index that is damaged is deleted and built anew, where there can be no
file the same questions are asked of a database in memory, and no verb fails because of it.

For callers: ``index``, with ``synced``. The database: ``database`` · ``schema`` · ``place``. What has changed:
``freshness`` · ``stamps`` · ``recheck``. Read again: ``refresh``, with ``entry`` · ``ended_run`` · ``sources``.
Written: ``writer``, with ``run_rows`` · ``scalar_rows`` · ``values``. Asked: ``reader``, with ``filters`` · ``where`` ·
``table`` · ``columns``.
"""
