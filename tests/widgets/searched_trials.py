"""The trials of a search on disk: two that have completed, one that was pruned, and one that failed."""

from __future__ import annotations

from collections.abc import Callable

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.domain.choosing.best import Best
from guild_ipy.store.run_dir import RunDir

_TRIALS = ("a1", "a2", "a3", "a4")


def add_searched_trials(add_run: Callable[..., RunDir]) -> None:
    """Add a batch ``ffff`` that searches for the least loss, and its trials ``a1`` to ``a4``, not in their order."""
    options = BatchOptions(search=SearchOptions(optimizer="tpe", objectives=(Best(name="min loss"),)))
    batch = add_run("ffff", run_params=options.recorded(), trials=[name.ljust(32, "0") for name in _TRIALS])
    add_run("a3", batch=batch.id, flags={"lr": 1.0}, scalars={"loss": [9.0]}, exit_status=-15, pruned="at step 1")
    add_run("a1", batch=batch.id, flags={"lr": 0.1}, scalars={"loss": [2.0, 1.0, 1.5]})
    add_run("a2", batch=batch.id, flags={"lr": 0.01}, scalars={"loss": [0.5]})
    add_run("a4", batch=batch.id, flags={"lr": 0.2}, exit_status=1)
