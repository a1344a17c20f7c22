"""Frames of runs as people see them; the frames themselves keep their exact values.

- ``shown_table``: the rows, columns and texts that are shown
- ``shown_column``: the texts of one column, with ``numbers``, ``paths`` and ``own_labels``
- ``html_table``, with ``table_style``: for a notebook
- ``text_table``: for a terminal
"""
