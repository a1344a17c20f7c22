"""The processes beside a run: fork server, supervisor, and the process that is forked ahead of the next run.

``zygote`` the fork server · ``supervisor`` sees a run to its end, with ``leftovers`` and ``scribe`` · ``standby`` the
supervisor that is forked ahead of a request, ``standby_run`` its run, ``standby_line`` the words between the two ·
``fork`` makes the run of a fork · ``pages`` copies memory beforehand, which ``rehearsal`` finds
"""
