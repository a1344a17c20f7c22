"""The source and code of today for a run that is there: ``--force-sourcecode``.

- ``forced_source``: what the user says about it
- ``todays_operation``: finds the operation of a run again
- ``recorded_call``: the arguments that a function was called with
- ``todays_program``: its program as it is now, made beside the run, and what differs
- ``source_difference``: in which files two snapshots differ
- ``program_files``: which files of a run are its program; puts those of another in their place
"""
