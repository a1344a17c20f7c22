"""Run directories on disk; the only layer that reads or writes ``.guild``.

- ``guild_home``: the folder of all runs
- ``run_dir``: the names of all files of a run
- ``run_record``: a run as listings show it
- ``run_list``: the runs of a home
- ``output``: what a run has printed
- ``claim``: one process starts a run, no other
- ``attr_change``: attributes that several change at once
- ``owners``: runs of other users
- ``trash``: deleted runs
- ``left_behind``: files and folders of killed processes
- ``files``: reading and writing files
- ``state``: what a run is doing, and who has changed it
- ``events``: event files and scalars
- ``used_runs``: what a run has used
"""
