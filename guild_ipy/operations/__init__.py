"""From what the user wrote to a RunSpec.

- ``find_operation``: what a word names
- ``operation``: what every operation says of itself, and the template that specs are made of
- ``surroundings``, ``notebook``: where an operation is looked for
- ``declaration``: what a decorator says
- ``flag_values``: values of flags

Kinds of operations:

- ``functions``: functions and cells
- ``script_operation``, with ``scripts``
- ``notebook_operation``, with ``notebook_interface``: notebook files
- ``guildfile``

What a run gets:

- ``packing``: code that travels
- ``sourcecode``, ``file_source``: the snapshot of a project
- ``dependencies``
- ``given_files``: files for one run
- ``config_file``, ``references``: configuration, and ``${flag}`` in texts
"""
