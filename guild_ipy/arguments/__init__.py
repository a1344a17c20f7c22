"""The options of each verb, declared once for magics, shell and Python.

``tokens`` words that stand for objects · ``parser`` argparse that raises · ``verb`` what a verb is ·
``selection`` words and filters that choose runs · ``run``, ``look``, ``select``, ``change`` the verbs · ``table`` all
"""
