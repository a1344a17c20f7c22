"""Runs that another run has started and sees to their ends: the trials of a batch, the staged runs of a queue.

- ``runs_at_work``: the interface of what begins runs and stops them
- ``local_runs``: on this machine
- ``dask_runs``: on the workers of a Dask cluster, by ``dask_cluster``; ``dask_worker`` is what these do
- ``work_place``: where runs work, which says which of the two it is
- ``retries``: runs that are started again because they failed
- ``started_run``: a run that has a process, and its output
- ``bins``: the resources that runs ask for, and which of them are free
- ``run_messages``: the messages about them
- ``stop_signals``: the signals that stop the run that has started them
"""
