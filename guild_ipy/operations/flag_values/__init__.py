"""Values of flags: as text, as annotations promise them, and as values of Python are recorded.

- ``flag_binding``: the values that an operation gets, checked
- ``typed_text``: text after ``name=``
- ``annotations``: from an annotation to a shape
- ``fitting``, ``holding``: from a value to a shape, and whether it has it already
- ``recording``: Python values as flags
- ``flag_size``: limits
"""
