"""Frames of runs, each with its columns.

- ``listing``, with ``core``: the columns of every run
- ``best_runs``, ``stale_runs``: some of the runs
- ``comparison``: runs side by side
- ``flag_table``, ``scalar_table``, ``noted_attributes``: flags, summaries of scalars, attributes set by users
- ``queue_frame``: runs that wait for a queue
- ``points``: every value of scalars
"""
