"""Takes snapshots of source code: finds the files of a project that are copied, and computes their digest.

- ``snapshot``: the copy
- ``source_walk``: finds the files
- ``source_choice``: the rules of a Guild file
"""
