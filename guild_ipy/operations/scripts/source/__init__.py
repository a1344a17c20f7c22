"""Follows a script and the modules of its project to the parsers that it makes, without running it.

- ``script_reader``: follows statements
- ``calls``: follows calls
- ``objects``: the objects that names refer to
- ``project_modules``: modules of the project
- ``parsers``, ``parser_methods``: parsers with their arguments, and the effects of their methods
"""
