"""Starting runs: finding what they depend on, giving them a process, following them; and starting them again.

A new run:

- ``new_run``: from a request to a run
- ``found_dependencies``, ``dependency_text``: what it depends on, and the same in words
- ``needed``: earlier runs that make it needless
- ``usual_duration``: how long it takes, by earlier runs
- ``marking``: marks runs, which dependencies then use
- ``launch``: the process of a prepared run, and following it

Again:

- ``restart``: starts a run that is there
- ``changed_flags``: with other flags, by the ``recorded_template`` of the run
- ``changed_files``: files that have flags in their text
- ``restart_dependencies``: with other dependencies
- ``todays_source``: with the source of today
- ``guild_runs``: a run that Guild AI made

Besides:

- ``at_work``: runs that another run has started, such as the trials of a batch
"""
