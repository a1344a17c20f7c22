"""Runs as pandas DataFrames; importing this adds ``df.guild`` to every frame with a ``run`` column.

``runs`` · ``keywords`` · ``listing`` · ``columns`` · ``local_time`` · ``run_names``
``accessor`` · ``flags`` · ``attributes`` · ``scalars`` · ``compare``
"""
