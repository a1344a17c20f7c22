"""The select language: which runs, in words; it knows nothing of runs on disk.

- ``expression``: what callers use
- ``parse``: the language, from text to ``nodes``, within ``limits``
- ``plan``, ``meanings``, ``conditions``: what nodes mean
- ``words``, ``names``, ``times``: attributes, names and times in an expression
- ``checks``: what a check of a value says
- ``sql``, ``sql_functions``: conditions as SQL
- ``refusal``: what is wrong, and where
"""
