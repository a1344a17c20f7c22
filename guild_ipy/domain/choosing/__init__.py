"""Chooses runs: by filters, by a scalar, by the rule of dependencies.

- ``run_filter``: the filters of a listing
- ``operation_name``: the names of operations in filters and dependencies
- ``time_range``: spans of time, such as ``last 2 hours``
- ``best``: the best of several runs, by one scalar
- ``chosen_run``: the rule by which a dependency chooses a run: the one marked last, else the latest
"""
