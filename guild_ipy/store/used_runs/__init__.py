"""The runs and files that a run has used, as its dependencies.

- ``deps``: the attribute ``deps``, whoever wrote it
- ``manifest``: where each file of a run came from
- ``input_runs``: the runs of a summary operation
"""
