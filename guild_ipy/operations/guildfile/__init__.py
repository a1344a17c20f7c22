"""Guild files: the operations that ``guild.yml`` declares.

- ``reading``: from text to values that know their place
- ``defining``: from values to definitions of operations
- ``file``: the operations of a file
- ``lookup``: finds an operation in the project's file

An operation that can be run:

- ``guildfile_operation``: what verbs see of it
- ``found_operation``, ``interface``: an operation with its script, and the flags of both
- ``flag_checks``: checks that a definition alone cannot make
- ``filling``: a command filled with flags
- ``program_builder``, ``operation_source``: the program and the source of a spec
"""

#: The name of Guild files.
GUILD_FILE = "guild.yml"
