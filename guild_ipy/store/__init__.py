"""Run directories on disk: the names of their files, and how these are read and written.

- ``guild_home``: the folder of all runs
- ``run_dir``: the names of all files of a run
- ``run_record``: a run as listings show it
- ``run_list``: the runs of a home
- ``output``: the output of a run
- ``source_files``: the files of its source
- ``claim``: one process starts a run, no other
- ``attr_change``: attributes that several processes change at once
- ``owners``: runs of other users
- ``trash``: deleted runs
- ``left_behind``: files and folders of killed processes
- ``files``: reading and writing files
- ``state``: the state of runs, their marks, and the log of changes
- ``displays``: what runs have displayed besides text
- ``events``: event files and scalars
- ``used_runs``: the runs and files that a run has used
"""
