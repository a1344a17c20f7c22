"""Which variables and magics of the notebook code names: also within texts that are code.

- ``code_names``: in code
- ``code_text``: in one text
- ``mentions``: in the texts of a program
- ``companions``: variables that come along
- ``read_names``: variables that a cell reads
"""
