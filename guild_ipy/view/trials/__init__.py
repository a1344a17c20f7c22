"""The trials of a batch while it goes, as the cell and the shell show them.

- ``live_trials``: the trials at this moment, read from disk
- ``best_trial``: the best so far, where a scalar says plainly what is good
- ``batch_progress``: how far the batch is: counts by state, time left
- ``shown_trials``: which of many trials are shown
"""
