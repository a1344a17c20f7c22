"""Changing runs that are there: marks, labels, tags, comments, the trash.

``mark``, with ``used_now`` · ``label`` · ``tag`` · ``comment`` · ``delete`` · ``restore`` · ``purge`` ·
``each_run`` one run after the other, also where one fails · ``changed_runs`` the message that says what was done
"""
