"""The detail of a run: all that is known of it, in bounded answers that a front end shows in tabs.

- ``run_detail``: the requests and their answers
- ``overview``: status, times, flags, scalars, comments, and the history of its marks
- ``run_source``: the files of its source
- ``highlighting``: source text as words with the kind of each
- ``run_log``: its output, with pictures at their places
- ``terminal_spans``: text with colours of a terminal as spans
- ``run_folder``: its files, and one of them as it can be shown
- ``run_surroundings``: Python, packages, machine
- ``related_runs``: what it was made of, and what was made of it
- ``run_differences``: in what it differs from another run
- ``cut_text``: texts of a bounded length
"""
