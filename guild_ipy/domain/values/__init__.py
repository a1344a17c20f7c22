"""Values of flags, labels and scalars; types of files.

- ``resource_amounts``: what a run asks of a queue
- ``dask_address``: where a cluster is
- ``flags``: flags and their definitions
- ``shapes``, ``shape_words``: the values that a flag can have, and how messages name them
- ``list_text``, ``argument``: flags as Guild AI writes them in lists and on command lines
- ``durations``: lengths of time as text
- ``origin``: the notebook and the folder that a run comes from
- ``run_label``: the label of a run
- ``scalars``: numbers that a run reports
- ``file_type``: what a file is, told by how it begins and by its name; sizes
"""
