"""The execution of runs: a RunSpec becomes a directory, gets a process and is seen to its end.

- ``engine``: keeps a fork server warm, and starts runs in the isolation that is asked for
- ``run_files``: makes the directory of a run
- ``executors``: ways to give a run its process: as a fork by the ``fork_server``, as a fresh interpreter, or ``inline``
- ``launch_channel``: the messages between a starter and a supervisor
- ``beside``: the processes beside a run
- ``child``: the process of a run
- ``output``: what a run prints, and the scalars in it
- ``notebook``: the kernel of a notebook file
- ``follow``: the output of a run as it grows
- ``stopping``: stopping runs
- ``interrupts``: Ctrl-C while a run is started
- ``inherited_limits``: limits that a run inherits from the notebook
- ``meta``: ``meta.json``, which says how the program of a run is executed

The ``main.py`` of a run imports ``job`` (a function or cell), ``script``, ``command`` or ``notebook_file``: these names
are part of the format of a run.
"""
