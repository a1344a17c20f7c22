"""How results look: text, plain values for JSON, pictures. The HTML of tables is in :mod:`guild_ipy.markup`.

- ``live``: a run while it goes, and how it ended
- ``progress``: how many runs have been read
- ``changed_runs``: the result of verbs that change runs
- ``run_lines``, ``comment_list``: lists of runs, and of comments
- ``run_diff``: how two runs differ
- ``lineage_text``, ``lineage_picture``, ``lineage_layout``, ``lineage_captions``: a lineage
- ``plain_values``: results as JSON, as far as several verbs share them
"""
