"""What verbs work with: a Guild home with its index, an engine, a notebook; and the runs in it.

- ``session``: the session
- ``current_index``: the index of its home
- ``settling``: writes the end of runs whose processes died
- ``here``: the notebook and the folder that the user is in
- ``chosen_home``: the home that the user has chosen
- ``viewer``: what a verb tells the user while it works

Runs:

- ``run_handle``: a run as users hold it, with ``run_result``
- ``file_access``: its files, and ``file_list``, how they are listed for people
- ``run_refs``: runs by id, index or filter
- ``matching``: runs by an expression, and the best of them
- ``unmatched``: names in a filter that no run has
- ``lineage_graph``: what a run was made of, and what was made of it
- ``stale``: runs that were made with a run that would not be used now
"""
