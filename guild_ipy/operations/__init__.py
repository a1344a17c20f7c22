"""From what the user wrote to a RunSpec.

What can be run: ``call`` (functions) · ``cell`` · ``script``, with ``script_interface`` · ``argparse_flags`` ·
``parser_calls`` · ``click_flags`` · ``constant_flags`` · ``static_values`` · ``command_line``. What it is given:
``flags``. What travels: ``pack`` · ``unsendable`` · ``sourcecode`` · ``source_walk``. Where it comes from:
``notebook``. All together: ``resolve``.
"""
