"""Run one RunSpec in an isolated process; the only layer that starts processes.

``engine`` the engine as the verbs see it · ``run_files`` makes the directory of a run · ``executors`` ways to give it a
process, by ``fork_server`` or ``inline`` · ``launch`` the messages between a starter and a supervisor · ``inherited``
limits and masks of the notebook · ``interrupts`` · ``follow`` the output as it grows · ``stop``

``beside`` the processes beside a run · ``child`` the process of a run · ``output`` · ``notebook`` the kernel of a
notebook file

``meta``, and ``meta_1`` as it was, tell the run what its program needs. Its ``main.py`` imports ``job`` (a function or
cell), ``script``, ``command`` or ``notebook_file``: these names are part of the format of a run.
"""
