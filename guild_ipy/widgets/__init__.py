"""Widgets: runs in a notebook that one can click on.

- ``runs_table``: the table of runs
- ``live_run``: a run below a cell, while it goes
- ``answering``: how all of them answer their front end, also while a cell is at work
- ``runs_requests``: answers what its front end asks
- ``run_changes``: the changes that are made by hand
- ``detail``: what is known of one run
- ``table_runs``: the runs that a table is about, and their columns
- ``table_columns``: which columns there are, and the usual ones
- ``encoded_columns``: columns as a front end reads them
- ``run_curves``: the curves of scalars
- ``searched_runs``: the runs of a table as trials, and how much each flag matters
- ``runs_in_use``: the runs that dependencies use
- ``change_watch``: tells when a run has changed
- ``static_table``: the table as HTML, for where there is no widget
- ``beside_widget``: what is hidden while a widget is at work
- ``front_end``: the bundle, or why there is none

The front end is in labextension/src; it is bundled into guild_ipy/static when the package is built.
"""
