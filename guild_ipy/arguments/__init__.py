"""From the words of a line to the options of a verb.

- ``verb``: the declaration of a verb: name, help, options
- ``question``: what a verb asks of its user before it does its work
- ``option``: one option as a field of a frozen class
- ``parser``: argparse that raises where argparse would print and exit; the kinds of names that TAB offers
- ``tokens``: words that stand for objects of the notebook

Options that several verbs have:

- ``run_selection``: which runs
- ``filter_options``: filters, and the best of the runs that pass
- ``launch_options``: how a process is started and followed
- ``table_option``: shows the runs in a table to click on

Words of one verb:

- ``command_words``: of ``run``
- ``expression_words``: of ``select``
"""
