"""Verbs that look.

``runs`` · ``select`` · ``info`` · ``lineage`` · ``ls`` · ``cat`` · ``compare``, with ``compared_columns`` · ``diff`` ·
``tensorboard`` · ``operations`` · ``home``
"""
