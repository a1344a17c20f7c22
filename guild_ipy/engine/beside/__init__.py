"""The processes beside a run: fork server, supervisor, and the process that is forked ahead of the next run.

- ``fork_server_process``: the fork server
- ``supervisor``: sees a run to its end, with ``descendants``, which it kills, and ``provenance_writer``
- ``standby``: a supervisor that is forked before a run is asked for
- ``standby_run``: the process of a run, likewise
- ``fork``: turns a fork into a run
- ``own_server``: the fork server of a run that starts runs itself
- ``early_end``: the word by which a run tells its end before its process is gone
- ``warm_pages``: memory that a run will write to is copied before the run is asked for
"""
