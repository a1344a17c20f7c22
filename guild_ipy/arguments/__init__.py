"""From the words of a line to the options of a verb.

- ``verb``: the declaration of a verb: name, help, options
- ``option``: one option as a field of a frozen class
- ``parser``: argparse that raises where argparse would print and exit
- ``tokens``: words that stand for objects of the notebook
- ``completes``: the values that TAB offers

Options that several verbs have:

- ``run_selection``: which runs
- ``filter_options``, ``best_options``: filters, and the best by a scalar
- ``launch_options``: how a process is started and followed

Words of one verb:

- ``command_words``: of ``run``
- ``expression_words``: of ``select``
"""
