"""The runs that a verb is about: by id or index, by filters, by an expression.

``selection`` · ``select`` · ``unmatched`` which name in a filter no run has
"""
