"""Verbs that start, follow and stop runs.

``run`` · ``start`` · ``restage`` · ``queue`` · ``watch`` · ``stop``
"""
