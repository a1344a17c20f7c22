"""Reads and checks the definitions of operations in a Guild file.

- ``models``, ``definitions``: models, and the definition of one operation
- ``flag_definitions``: flags
- ``main_definitions``: main, exec, notebook, and flags-dest
- ``steps``: steps; their text in ``step_words``, and their batches in ``step_batches``
- ``resources``, with ``source_definitions``: resources and requires; ``python_requires`` from a decorator
- ``source_rules``: sourcecode
- ``search_definitions``: optimizers and what they are for
"""
