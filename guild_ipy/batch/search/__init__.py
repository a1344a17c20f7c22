"""Search: trials whose flags are drawn, or chosen by what came of the trials before.

Where is searched, and for what:

- ``search_space``: the values that a flag may have: ``loguniform[1e-5:1e-1]``
- ``search_options``: the optimizer, and what is minimized or maximized
- ``declared_search``: what a Guild file says of both
- ``objective``: the numbers by which trials are compared
- ``pareto``: the best of trials, by one of these numbers or several
- ``best_mark``: marks the best one at the end
- ``search_results``: what came of it: the numbers of the trials, and the best
- ``importance``: how much each flag matters for such a number

Who searches:

- ``random_search``: trials whose values are drawn by chance
- ``optimizer``: what every optimizer promises
- ``optuna_optimizer``: those of Optuna

At work:

- ``search_log``: what was asked and told, on disk
- ``searcher``: chooses one trial after another
- ``earlier_runs``: runs of other batches that are told first
"""
