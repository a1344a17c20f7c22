"""From the words of a line to the options of a verb.

``verb`` what a verb is · ``option`` its options as fields · ``parser`` argparse that raises · ``tokens`` words that
stand for objects · ``completes`` what TAB offers

Options that several verbs have: ``selection`` which runs · ``filters`` · ``best`` · ``launching``. Words of one:
``command_words`` of ``run``, ``expression_words`` of ``select``.
"""
