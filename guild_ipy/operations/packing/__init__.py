"""Packing code of the notebook, with what it uses, to travel to another process.

- ``notebook_code``: the template of functions and cells
- ``pack``, ``packer``: the pickle
- ``module_sources``: how the run gets a module
- ``shell_objects``, ``notebook_magics``: objects of IPython, and magics
- ``notebook_setup``, ``library_options``: logging, warnings and options of libraries
- ``texts``: names in texts that are code
- ``unsendable``: why something cannot travel
"""
