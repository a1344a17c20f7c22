"""What a script would do with its parsers, followed through its source and the modules of its project; nothing is run.

- ``script_reader``: follows statements
- ``calls``: follows calls
- ``objects``: what names stand for
- ``project_modules``: modules of the project
- ``parsers``, ``parser_methods``: parsers, and what is added to them
"""
