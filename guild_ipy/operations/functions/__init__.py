"""Functions and cells of the notebook as operations.

- ``function``, ``function_name``: a function
- ``call``, ``parameters``: its arguments as flags
- ``sent_forms``: arguments that travel in a form of their own
- ``cell``: a cell
- ``state_names``: names that a cell changes, which are not flags
"""
