"""The words of the field as frozen values; standard library only.

Runs:

- ``attributes``: the table of the attributes that every run has
- ``ids``: how ids are shown
- ``status``, ``opref``: how a run fares, and which operation it is of
- ``program``: what a run executes
- ``run_spec``: a run, described before it exists
- ``secrets``: which files and texts are secret

Packages:

- ``values``: flags, labels, scalars, types of files
- ``choosing``: filters, and the rule of marked and latest
- ``declarations``: operations and dependencies as they are declared
- ``source_text``: constants in the text of scripts and notebooks

What travels to a run, in a pickle that the run keeps. Pickles name modules and classes, so these must not be renamed
without an entry in ``payload_reader``:

- ``payload``: the program, and what it is made of
- ``payload_reader``: opens such a pickle
- ``forms``: makes the arguments of a function from recorded flags
- ``copies``, ``sent_modules``: objects and modules that a new process would not find by their names
- ``notebook_state``, ``setup``: magics, and what is set up for all code of the notebook
- ``yielded``: the result of a generator
"""
