"""Libraries in a run as they were in the notebook.

- ``restore_setup``: logging, warnings and options, by ``option_setters``
- ``seeds``: random number generators
- ``on_import``: acts at the moment when a library is imported
"""
