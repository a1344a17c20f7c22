"""Values in the text of Python source, found and replaced.

- ``constants``: constants of a module
- ``global_map``: the entries of one map
- ``notebook_cells``: constants in the cells of a notebook file
- ``changed_source``: a script with other values in its text
"""
