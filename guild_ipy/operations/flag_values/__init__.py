"""Reads, checks and records values of flags.

- ``flag_binding``: the values that an operation gets, checked
- ``typed_text``: text after ``name=``
- ``annotations``: the shape that an annotation means
- ``shape_conversion``, ``shape_match``: converts a value to a shape, and tests whether it has the shape already
- ``recording``: Python values as flags
- ``flag_size``: limits
"""
