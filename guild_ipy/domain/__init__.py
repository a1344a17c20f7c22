"""The words of the field as frozen values; standard library only.

Runs:

- ``attributes``: the table of the attributes that every run has
- ``status``, ``opref``: how a run fares, and which operation it is of
- ``program``: what a run executes
- ``run_spec``: a run, described before it exists
- ``secrets``: which files and texts are secret

- ``values``: flags, labels, scalars
- ``choosing``: filters, and the rule of marked and latest
- ``declarations``: operations and dependencies as they are declared
- ``source_text``: constants in the text of scripts and notebooks

What travels to a run. Pickles that runs keep refer to ``payload``, ``forms``, ``copies``, ``sent_modules``,
``notebook_state``, ``setup`` and ``yielded`` by name: a file that is renamed breaks the restart of earlier runs.
``opening`` opens such a pickle.
"""
