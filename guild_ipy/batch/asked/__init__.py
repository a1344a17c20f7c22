"""The trials that are asked for: which flags they have, under which names, and with which values.

- ``flag_names``: the names that an operation knows, and which of the values given under them ask for several trials
- ``asked_trials``: the trials of a new batch
- ``changed_trials``: those of a batch that is started again
- ``trial_rows``: trials that are listed, in a file or a DataFrame
- ``given_runs``: runs and files that they are given for dependencies
"""
