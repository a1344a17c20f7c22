"""The select language: which runs, in words; it knows nothing of runs on disk.

The language, and from text to nodes: ``parse``, with ``nodes`` · ``limits`` · ``refusal``. What nodes mean: ``plan``,
with ``attributes`` · ``names`` · ``times`` · ``values`` · ``conditions`` · ``meanings``. Carried out: ``sql``, with
``sql_functions``. For callers: ``select``.
"""
