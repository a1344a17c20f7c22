"""Functions and cells of the notebook as operations.

``function`` · ``function_name`` · ``call`` its arguments · ``parameters`` as flags · ``sent_forms`` arguments that
travel as they are · ``cell`` · ``state_names`` names that a cell changes, which are not flags
"""
