"""Flags of scripts, read from their source: constants, argparse, click, typer and absl.

``script``, with ``script_interface`` · ``constant_flags`` · ``argparse_flags`` · ``click_flags`` · ``typer_flags`` ·
``absl_flags`` · ``command_tree`` commands and sub-commands · ``command_line`` flags as words · ``unread`` arguments
that the source does not show · ``static_values`` values in source · ``source`` follows it to the parsers
"""
