"""Run one RunSpec in an isolated process; the only layer that starts processes.

- ``engine``: what verbs call: warm up, prepare, start, restart
- ``run_files``: makes the directory of a run
- ``executors``: ways to give a run its process, by ``fork_server`` or ``inline``
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
