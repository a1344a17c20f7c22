"""What IPython gives to a notebook, in a run.

- ``notebook_names``: ``display``, ``get_ipython`` and the shell by its name
- ``run_shell``: the shell, made when one of these is used
- ``run_display``: displays, whose text goes to the output and whose pictures are kept beside it
"""
