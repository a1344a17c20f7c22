"""Finds the flags of scripts in their source.

- ``script_file``, ``main_module``: the file that a word names, and the module that main names
- ``script_flags``, ``script_interface``: the flags of a script
- ``constant_flags``, ``argparse_flags``, ``click_flags``, ``typer_flags``, ``absl_flags``: one way to take flags each
- ``command_tree``: commands and sub-commands
- ``command_line``: writes flags as words
- ``static_values``: evaluates expressions that need no running
- ``source``: follows the statements of a script to its parsers
- ``unread_arguments``: messages about arguments that cannot be read
"""
