"""The select language: expressions that select runs. It knows nothing of runs on disk.

- ``expression``: an expression, as callers use it
- ``parse``: the language, from text to ``nodes``, within ``limits``
- ``plan``, ``meanings``, ``conditions``: the meaning of nodes
- ``words``, ``names``, ``times``: attributes, names and times in an expression
- ``checks``: checks of values in Python
- ``sql``, ``sql_functions``: conditions as SQL
- ``refusal``: an error in a part of an expression
"""
