"""The select language: which runs, in words; it knows nothing of runs on disk.

The language: ``grammar``, with ``tables``. From text to nodes: ``parse``, with ``lalr`` · ``nodes`` · ``builder`` ·
``refusal`` · ``syntax_errors``. What nodes mean: ``plan``, with ``attributes`` · ``names`` · ``times`` · ``values`` ·
``conditions`` · ``meanings``. Carried out: ``predicate`` · ``sql``, with ``sql_functions``. For callers: ``select``.
"""
