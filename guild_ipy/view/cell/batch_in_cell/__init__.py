"""A batch below a cell of a notebook: a bar and a table of its trials in place of what they print.

- ``batch_view``: what the viewer of a cell shows of a batch
- ``batch_head``: the head of a batch, with the bar
- ``trials_in_cell``: the table of its trials
- ``trial_output``: the last lines of the trial that is running
"""
