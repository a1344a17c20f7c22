"""Making the files of a run before it has a process: directory, program, metadata, placed dependencies.

- ``prepare``: all of them
- ``job_files``, ``script_text``: the program, and a script with its flags in the text
- ``buffers``: large arrays
- ``place_files``, with ``file_copy``: the files of dependencies; ``dependency_attrs`` records them
- ``provenance``: platform, packages, commit
- ``run_environment``, ``recorded_env``: variables that a run gets, and those that are recorded
"""
