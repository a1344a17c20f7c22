"""A run below a cell of a notebook.

- ``cell_viewer``: its head, its output, its end
- ``run_head``: the line that tells how it goes, with ``live_scalars`` as curves (``sparkline``)
- ``head_place``: where that line is shown again and again
- ``cell_output``: its output, and ``run_output``, that of a run from before
- ``cell_text``, ``terminal_text``: the text of the output, also where the cursor moves
- ``cell_places``, ``publisher``: where and how something is shown; ``kept_places``: what stays when it is cleared
- ``batch_in_cell``: a batch, with a table of its trials
- ``background``: runs that go on after the cell
"""
