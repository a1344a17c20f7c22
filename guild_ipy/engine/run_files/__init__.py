"""Making the files of a run before it has a process: directory, program, metadata, placed dependencies.

``prepare`` all of it · ``job_files`` the program · ``script_text`` a script with its flags in the text · ``buffers``
large arrays · ``placing``, with ``file_copy`` and ``dependency_attrs`` · ``provenance`` · ``recorded_env`` and
``run_environment``
"""
