"""The state of runs, their marks, and the log of changes.

- ``state``, with ``markers`` and ``lock``: whether a run waits, runs or has ended
- ``run_process``: which processes are those of a run
- ``guild_process``: the process of Guild AI that has started a run of ours, and writes its end
- ``signals``: the signal that ended a run
- ``settled_state``: the end of runs whose processes died without writing one
- ``replaced_files``: several files that are replaced, all or none, with the end of the run that had them
- ``error_line``: the line that says why it failed
- ``marks``: the marks of a run
- ``changes``: the change log of a home
"""
