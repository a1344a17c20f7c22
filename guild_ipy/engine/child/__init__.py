"""The process of a run: it opens the program, executes it, and keeps its outcome.

Before the program:

- ``unpack``: opens the payload
- ``libraries``: sets libraries up as in the notebook
- ``shell``: the names, the shell and the displays of IPython
- ``restart_for_flags``: a run that Guild AI has started with other flags

- ``beginning``: when the code of the user begins
- ``crash``: lets a crash write where it happened

While it runs:

- ``logged_scalars``: the scalars that it logs

After it:

- ``lazy_result``: coroutines and generators, run to their end
- ``outcome``: the value returned or the exception raised
- ``failure``, ``missing_file``: the traceback, and the hint below it
- ``process``, ``open_files``: the end of the process, and what is still in the buffers of open files

Processes that multiprocessing spawns:

- ``workers``, ``spawning``
"""
