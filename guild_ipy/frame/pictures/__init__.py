"""Pictures of runs.

- ``curves``: learning curves
- ``parallel``: parallel coordinates, with ``optimised``: the scalar that they end in
- ``lineage_view``: a lineage as table and picture
- ``run_captions``: the names of runs in pictures
- ``pyplot``: the library that draws
"""
