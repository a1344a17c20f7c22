"""What frames are made of: columns of runs as arrays.

- ``rows``: certain runs in order, with columns
- ``column_cache``: the columns of all runs of a home, as long as no run changes
- ``column_values``: the values of one column
- ``dtypes``: from values to arrays of the right dtype
- ``local_time``: the timezone of times
- ``run_names``, ``runs_of_frame``: from the ids in a ``run`` column to the runs
- ``deleted_ids``: the ids in the trash
"""
