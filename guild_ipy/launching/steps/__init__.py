"""The steps of a pipeline, each of which is a run.

- ``step_flags``: the flags of a step
- ``step_checks``: errors in steps, found before anything runs
- ``step_links``: links to the runs of steps
"""
