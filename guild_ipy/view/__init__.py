"""Results as text, HTML, pictures and plain values for JSON. The HTML elements are in :mod:`guild_ipy.markup`.

- ``live``: a run while it goes as a stream of text, and how it ended
- ``cell``: a run while it goes, below a cell of a notebook
- ``trials``: the trials of a batch while it goes
- ``chosen_viewer``: one of these two
- ``progress``: how many runs have been read
- ``changed_runs``: the result of verbs that change runs
- ``run_lines``, ``comment_list``: lists of runs, and of comments
- ``shown_file``: a file of a run, as a notebook shows it
- ``run_diff``: how two runs differ
- ``lineage_text``, ``lineage_picture``, ``lineage_layout``, ``lineage_captions``: a lineage
- ``display_list``: what a run displayed, in short
- ``plain_values``: results as JSON, as far as several verbs share them
"""
