"""Verbs that start, follow and stop runs.

``run`` · ``start`` · ``watch`` · ``stop``
"""
