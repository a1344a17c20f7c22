"""Packs code of the notebook, with the objects that it uses, for another process.

- ``notebook_code``: the template of functions and cells
- ``pack``, ``packer``: write the pickle
- ``module_sources``: how the run gets a module
- ``shell_objects``, ``notebook_magics``: stand-ins for objects of IPython, and magics
- ``notebook_setup``, ``library_options``: logging, warnings and options of libraries
- ``texts``: finds names in texts that are code
- ``unsendable``: finds the variable that cannot travel
"""
