"""Functions and cells of the notebook as operations.

- ``function``, ``function_name``: a function
- ``call``, ``parameters``: its arguments as flags
- ``argument_forms``: how a run makes arguments from recorded flags
- ``cell``: a cell
- ``state_names``: names that a cell changes, which are not flags
"""
