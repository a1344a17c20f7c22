"""The parts of an operation of a Guild file, checked.

- ``models``, ``definitions``: models, and the definition of one operation
- ``flag_definitions``: flags
- ``mains``: main, exec, notebook
- ``steps``: steps
- ``resources``, with ``source_definitions``: resources and requires; ``python_requires`` from a decorator
- ``source_rules``: sourcecode
- ``scalar_patterns``: output-scalars
- ``circles``: operations that wait for each other
"""
