"""Makes the files of a run before it has a process: directory, program, metadata, dependencies.

- ``prepare``: all of them
- ``job_files``, ``script_text``: the program, and a script with its flags in the text
- ``buffers``: large arrays
- ``place_files``, with ``file_copy``: the files of dependencies; ``dependency_attrs`` records them
- ``provenance``: platform, packages, commit
- ``run_environment``, ``recorded_env``: the environment of a run, and the part of it that is recorded
"""
