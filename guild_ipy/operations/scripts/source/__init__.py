"""What a script would do with its parsers, followed through its source and the modules of its project; nothing is run.

``reader`` follows statements and ``calls`` · ``objects`` what names stand for · ``modules`` finds modules of the
project · ``parsers`` the parsers that are made, and what is added to them by ``parser_methods``
"""
