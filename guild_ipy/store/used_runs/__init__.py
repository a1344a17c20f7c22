"""What a run has used: the runs and files that its dependencies brought.

- ``deps``: the attribute ``deps``, whoever wrote it
- ``manifest``: where each file of a run came from
- ``input_runs``: the runs of a summary operation
"""
