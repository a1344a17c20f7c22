"""The runs and files that a run has used, as its dependencies.

- ``deps``: which runs a run has used, and why
- ``manifest``: where each file of a run came from
- ``input_runs``: the runs of a summary operation
"""
