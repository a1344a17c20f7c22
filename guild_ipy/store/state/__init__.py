"""The state of runs, their marks, and the log of changes.

- ``state``, with ``markers`` and ``lock``: whether a run waits, runs or has ended
- ``run_process``: which processes are those of a run
- ``signals``: the signal that ended a run
- ``error_line``: the line that says why it failed
- ``reconcile``: settles runs whose processes are gone
- ``marks``: the marks of a run
- ``changes``: the change log of a home
"""
