"""The scalar by which runs were judged: that of the rule by which one of them was marked."""

from __future__ import annotations

import os
from collections.abc import Iterable

from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.marks import MARKED, read_history


def find_optimised(runs: Iterable[RunDir]) -> str | None:
    """Return the name in the newest rule that has marked one of the runs: ``loss`` of ``min loss, operations train``.

    None if none of them was marked by a rule.
    """
    marked = (run_dir for run_dir in runs if os.path.exists(run_dir.attr(MARKED)))
    ruled = [entry for run_dir in marked for entry in read_history(run_dir)[-1:] if entry.marked and entry.rule]
    newest = max(ruled, key=lambda entry: entry.when, default=None)
    if newest is None or newest.rule is None:
        return None
    _, _, name = newest.rule.partition(",")[0].partition(" ")
    return name
