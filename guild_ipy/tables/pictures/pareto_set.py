"""The trials of a search with two objectives: those that no other beats in one without losing in the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from guild_ipy.batch.search.search_results import SearchResults
from guild_ipy.errors import UsageError
from guild_ipy.tables.pictures.pyplot import CURVES, Axes, is_wide, load_pyplot, on_any_page

_SIZE = (6.0, 4.4)
_TWO = 2


def plot_pareto(results: SearchResults, completed: Sequence[bool], ax: Axes | None = None) -> Axes:
    """Draw a dot for each trial that has completed, at what it has of both, and a line along the best.

    Raises
    ------
    UsageError
        If there are not two objectives, or no trial has completed with both numbers.
    """
    if len(results.objectives) != _TWO:
        raise UsageError(f"pareto takes a search with two objectives; this one has {len(results.objectives)}")
    if not results.best:
        raise UsageError("no trial has completed with both numbers; there is nothing to draw")
    first, second = results.objectives
    values = np.array(results.values, dtype=float)
    shown = np.array(completed) & np.isfinite(values).all(axis=1)
    is_best = np.array([row in results.best for row in range(len(values))])
    others, best = values[shown & ~is_best], values[shown & is_best]
    best = best[np.argsort(best[:, 0], kind="stable")]
    with on_any_page(ax):
        if ax is None:
            _, ax = load_pyplot().subplots(figsize=_SIZE, layout="constrained")
        ax.plot(*others.T, "o", color=CURVES[0], markersize=5, alpha=0.6, label="other trials")
        # Between two of the best a trial could not have both of their better numbers.
        where = "pre" if first.greatest else "post"
        ax.step(*best.T, where=where, color=CURVES[1], linewidth=1.2, alpha=0.6, label="_")
        ax.plot(*best.T, "*", color=CURVES[1], markersize=11, label=f"the best ({len(best)})")
        for axis, numbers in (("x", values[shown, 0]), ("y", values[shown, 1])):
            if is_wide(numbers):
                ax.set(**{f"{axis}scale": "log"})
        ax.set(
            title=f"{int(shown.sum()):,} trials by {first.name} and {second.name}",
            xlabel=f"{first.name} ({'greater' if first.greatest else 'less'} is better)",
            ylabel=f"{second.name} ({'greater' if second.greatest else 'less'} is better)",
        )
        ax.grid(visible=True, alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(fontsize="small", frameon=False, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    return ax
