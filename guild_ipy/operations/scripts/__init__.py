"""Scripts and their flags, read from source.

- ``script_file``, ``main_module``: the file that a word names, and the module that main names
- ``script_flags``, ``script_interface``: what a script takes
- ``constant_flags``, ``argparse_flags``, ``click_flags``, ``typer_flags``, ``absl_flags``: one library each
- ``command_tree``: commands and sub-commands
- ``command_line``: flags as words
- ``static_values``: values in source
- ``source``: follows source to its parsers
- ``unread``: arguments that source does not show
"""
