"""Which variables and magics of the notebook code names: also within texts that are code.

``code_names`` in code · ``code_text`` in a text · ``mentions`` in a program · ``companions`` the variables that come
along · ``read_names``
"""
