"""Queues: runs that start the staged runs of their home, one after the other or several at a time.

- ``queue_options``: the flags of a queue
- ``queue_program``: the process of a queue
- ``home_runs``: the staged runs of a home, and those at work
- ``home_watch``: wakes a queue when something may have changed
- ``staged_order``: the staged runs of a home in the order in which they are started, and changes of it
- ``queue_attrs``: what is written of queues and staged runs: pauses, ends, failed starts
- ``restaging``: other flags for a staged run, or a run that has ended, which is the next to be started
- ``queue_status``: each staged run with its place and the reason why it is not started yet
"""
