"""Finds the variables and magics of the notebook that code names, also in texts that are code.

- ``code_names``: the names in a piece of Python
- ``text_names``: the names in one text, if it reads as code
- ``mentioned_names``: the names in all texts of a program
- ``free_names``: the variables that a cell reads from the notebook
- ``extra_variables``: packs the variables that only texts name
"""
