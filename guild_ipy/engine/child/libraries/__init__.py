"""Libraries in a run as they were in the notebook.

- ``restore_setup``: logging, warnings and options, by ``option_setters``
- ``seeds``: random number generators
- ``showing``, ``figures``: what is shown in a notebook is shown in the output of the run
- ``on_import``: acts at the moment when a library is imported
"""
