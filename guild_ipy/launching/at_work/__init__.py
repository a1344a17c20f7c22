"""Runs that another run has started and sees to their ends: the trials of a batch, the staged runs of a queue.

- ``runs_at_work``: begins runs, writes what they print, and stops them
- ``run_messages``: the messages about them
- ``stop_signals``: the signals that stop the run that has started them
"""
