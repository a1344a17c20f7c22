"""From directories to rows: which runs have changed, reading them, writing them.

- ``refresh_plan``: which runs have changed
- ``recheck``: changes by other programs in runs that have ended
- ``refresh``: reads these runs again
- ``ended_run``: reads a run that has ended, in one pass
- ``row_writer``: writes their rows
"""
