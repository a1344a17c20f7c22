"""Packing code of the notebook, with what it uses, to travel to another process.

``notebook_code`` the template of functions and cells · ``pack``, with ``packer`` · ``module_sources`` ·
``shell_objects`` · ``notebook_magics`` · ``notebook_setup``, with ``library_options`` · ``unsendable`` why something
cannot travel · ``texts`` names in texts that are code
"""
