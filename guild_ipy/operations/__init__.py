"""Finds the operation that the user names, and makes a RunSpec from it.

- ``find_operation``: finds the operation that a word names
- ``operation``: the protocol of operations, and the template that specs are made from
- ``search_context``, ``notebook``: where operations are looked for
- ``spec_options``: the options of a run besides its flags
- ``declaration``: what the decorator declares for a function
- ``flag_values``: values of flags

Kinds of operations:

- ``functions``: functions and cells
- ``script_operation``, with ``scripts``
- ``notebook_operation``, with ``notebook_interface``: notebook files
- ``guildfile``
- ``queue_operation``: the queue, which is there without a project

The content of a run:

- ``packing``: code of the notebook, packed for another process
- ``sourcecode``, ``project_copy``: the snapshot of a project
- ``dependencies``: runs and files that an operation requires
- ``given_files``: files that the user gives to one run
- ``config_file``, ``flag_references``: configuration, and ``${flag}`` in texts
"""
