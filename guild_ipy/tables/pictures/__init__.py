"""Pictures of runs.

- ``curves``: learning curves
- ``parallel``: parallel coordinates, with ``optimised``: the scalar that they end in
- ``trial_points``: the trials of a batch as pictures take them
- ``history``, ``slices``: their numbers in their order, and by the values of each flag
- ``importance_bars``: how much each flag matters
- ``pareto_set``: the best by two numbers
- ``lineage_view``: a lineage as table and picture
- ``run_captions``: the names of runs in pictures
- ``pyplot``: the library that draws
"""
