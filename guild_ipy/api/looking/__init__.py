"""Looking at runs: lists, facts about one run, its lineage, operations.

``runs`` · ``run_lines`` and ``line_list`` lists as text · ``info``, with ``comment_text`` · ``lineage`` ·
``operations`` · ``tensorboard`` · ``plain_values`` what ``--json`` gives
"""
