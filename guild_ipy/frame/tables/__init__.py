"""Frames of runs, each with its columns.

- ``listing``, with ``core``: who the runs are and how they fare
- ``best_runs``, ``stale_runs``: some of the runs
- ``comparison``: runs side by side
- ``flag_table``, ``scalar_table``, ``noted_attributes``: flags, summaries of scalars, attributes set by users
- ``points``: every value of scalars
"""
