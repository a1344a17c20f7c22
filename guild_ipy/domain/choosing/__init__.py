"""Which runs are meant: by filters, by a scalar, by the rule of dependencies.

- ``run_filter``: the filters of a listing
- ``operation_name``: how an operation is named in them
- ``time_range``: spans of time, such as ``last 2 hours``
- ``best``: the scalar in which a run is best
- ``chosen_run``: the rule by which a dependency chooses a run: the one marked last, else the latest
"""
