"""How results look, as text and as pictures; the HTML of tables is in :mod:`guild_ipy.markup`.

``live`` (a run while it goes) · ``progress`` (while many runs are read) · ``run_end`` · ``operation_text`` ·
``lineage_text`` · ``lineage_picture``, with ``lineage_layout``.
"""
