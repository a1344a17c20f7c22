"""What a run is doing, and who has changed it.

- ``state``, by ``markers`` and ``lock``: what a run is doing
- ``run_process``: which processes are those of a run
- ``signals``: the signal that ended a run
- ``reconcile``: settles runs whose processes are gone
- ``marks``: the marks of a run
- ``changes``: the change log of a home
"""
