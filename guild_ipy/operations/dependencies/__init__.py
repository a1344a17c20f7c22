"""Finds the runs and files that an operation requires, and where they go in the run directory.

- ``resolve``: all dependencies of a run
- ``given_dependencies``, ``named_runs``: what the user gives for a dependency, and the runs that are named in it
- ``run_choice``: the run that is used where none is named, by the rule in ``domain/choosing/chosen_run.py``
- ``run_query``: which runs a source can use
- ``linked_runs``, ``run_files``: the files of runs
- ``file_sources``, ``download``: files that are not of runs
- ``archive``: unpacks archives
"""
