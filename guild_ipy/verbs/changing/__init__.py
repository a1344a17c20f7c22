"""Verbs that change existing runs.

``mark`` · ``label`` · ``tag`` · ``comment`` · ``delete`` · ``restore`` · ``purge``; ``each_run`` changes each of
several runs, and reports those that could not be changed.
"""
