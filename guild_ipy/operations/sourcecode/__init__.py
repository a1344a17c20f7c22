"""The source code of the moment: which files of a project are copied, and their digest.

- ``snapshot``: the copy
- ``source_walk``: finds the files
- ``source_choice``: the rules of a Guild file
"""
