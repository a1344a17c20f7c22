"""Verbs that show runs, and change nothing.

``runs`` · ``select`` · ``info`` · ``lineage`` · ``ls`` · ``cat`` · ``compare``, with ``compared_columns`` and
``written_columns`` · ``diff``, with ``compared_files`` · ``tensorboard`` · ``operations`` · ``home``
"""
