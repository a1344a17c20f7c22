"""Guild files: the operations that ``guild.yml`` declares.

- ``reading``: reads the text into values that know their place
- ``defining``: reads the values into definitions of operations
- ``file``: the operations of a file
- ``lookup``: finds an operation in the project's file

An operation that can be run:

- ``guildfile_operation``: the operation as verbs see it
- ``found_operation``, ``open_operation``: an operation with its script, and the flags of both
- ``flag_checks``: checks that a definition alone cannot make
- ``filled_command``: a command filled with flags
- ``program_builder``, ``operation_source``: the program and the source of a run
"""

#: The name of Guild files.
GUILD_FILE = "guild.yml"
