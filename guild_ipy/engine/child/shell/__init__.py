"""The functions and the shell that IPython gives to a notebook, in a run.

- ``notebook_names``: the names of its functions
- ``run_shell``: the shell, made when one of these is used
- ``lent_shell``: the shell of the notebook itself, for a run in its process
- ``run_display``: displays, whose text goes to the output and whose pictures are kept beside it
"""
