"""Runs beside each other: tables, comparisons and differences.

``table`` columns of many runs · ``compare``, with ``compare_columns`` · ``headings`` each once · ``diff`` finds the
differences of two runs, ``run_diff`` is what it found
"""
