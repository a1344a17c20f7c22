"""Batches: many runs of one operation from one request, its trials, which a restart matches by their flags.

The trials of a request:

- ``asked``: the trials that are asked for, and the values of their flags
- ``batch_options``: what is said about a batch besides flags
- ``sequences``: values of a flag that ask for several trials: ``[0.1, 0.01]``, ``range[1:5]``
- ``grid``: all combinations of values, and samples of them
- ``search``: values that are drawn, or chosen by an optimizer

On disk:

- ``prototype``: the run in ``.guild/proto``, from which trials are made
- ``trial``: making a trial, finding those that are there
- ``batch_search``: what it searches for, and where
- ``listed_trials``: those that a batch lists, in their order
- ``restart_plan``: which trials are kept, made, deleted

At work:

- ``batch_preview``: what is said of a batch before it is run
- ``trial_table``: planned trials as a table, printed or saved
- ``new_batch``: from a request to a batch
- ``batch_program``: the process of a batch
- ``restart_batch``: a batch again
- ``trial_queue``: runs trials, one or several at a time
"""
