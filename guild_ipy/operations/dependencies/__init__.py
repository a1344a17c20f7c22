"""What an operation requires: which runs and files that means today, and where they go in its run.

- ``resolve``: all dependencies of a run
- ``given_dependencies``, ``named_runs``: what the user says, and the runs that he names
- ``choose``: the run that is used: marked, else the latest
- ``run_query``: which runs a source can use
- ``linked_runs``, ``run_files``: the files of runs
- ``file_sources``, ``download``: files that are not of runs
- ``archive``, with ``archive_limits``: archives, unpacked
"""
