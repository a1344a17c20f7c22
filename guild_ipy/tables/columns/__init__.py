"""Columns of runs as arrays, of which frames are made.

- ``rows``: certain runs in order, with columns, and the frames made of them
- ``column_cache``: the columns of all runs of a home, as long as no run changes
- ``column_values``: the values of one column
- ``dtypes``: from values to arrays of the right dtype
- ``nan_values``: which NaN was reported, and which stands for no value
- ``local_time``: the timezone of times
- ``run_names``, ``runs_of_frame``: from the ids in a ``run`` column to the runs
- ``frame_mark``: the mark by which frames of runs are known
- ``deleted_ids``: the ids in the trash
"""
