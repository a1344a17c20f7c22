"""The processes beside a run: fork server, supervisor, and the process that is forked ahead of the next run.

- ``zygote``: the fork server
- ``supervisor``: sees a run to its end, with ``leftovers`` and ``provenance_writer``
- ``standby``: a supervisor that is forked before it is asked for
- ``standby_run``: a run that is forked before it is asked for
- ``fork``: turns a fork into a run
- ``warm_pages``: memory that a run will write to is copied before the run is asked for
"""
