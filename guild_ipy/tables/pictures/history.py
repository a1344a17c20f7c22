"""The history of a batch: the number of each trial in their order, and the best so far."""

from __future__ import annotations

import numpy as np

from guild_ipy.tables.columns.column_values import Array
from guild_ipy.tables.pictures.pyplot import CURVES, INK, Axes, is_wide, load_pyplot, on_any_page
from guild_ipy.tables.pictures.trial_points import TrialPoints

_SIZE = (7.2, 4.2)
#: The heights of trials without a number, as parts of the picture.
_BOTTOM = 0.02
_BLUE, _ORANGE, _RED = CURVES[0], CURVES[1], CURVES[3]


def plot_history(trials: TrialPoints, ax: Axes | None = None) -> Axes:
    """Draw a dot for each trial, and a line for the best so far.

    Trials that failed are at the bottom, since they have no number that counts. Those that were pruned are where they
    were stopped.

    Raises
    ------
    UsageError
        If no trial has completed with a number.
    """
    rated = trials.rated
    with on_any_page(ax):
        if ax is None:
            _, ax = load_pyplot().subplots(figsize=_SIZE, layout="constrained")
        pruned = trials.pruned & np.isfinite(trials.values)
        if is_wide(trials.values[rated | pruned]):
            ax.set_yscale("log")
        numbers, values = trials.numbers, trials.values
        ax.plot(numbers[rated], values[rated], "o", color=_BLUE, markersize=5, alpha=0.75, label="completed")
        if pruned.any():
            style = {"color": INK, "markersize": 5, "markerfacecolor": "none"}
            ax.plot(numbers[pruned], values[pruned], "D", label="pruned", **style)
        _draw_failed(ax, numbers[trials.failed])
        _draw_best(ax, trials)
        ax.margins(y=0.1)
        ax.grid(visible=True, alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.set(title=f"{trials.count} by {trials.objective.name}", xlabel="trial", ylabel=trials.objective.name)
        ax.set_xlim(1 - 0.02 * len(numbers) - 0.3, len(numbers) + 0.02 * len(numbers) + 0.3)
        ax.legend(fontsize="small", frameon=False, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    return ax


def _draw_failed(ax: Axes, numbers: Array) -> None:
    if len(numbers):
        heights = np.full(len(numbers), _BOTTOM)
        style = {"color": _RED, "markersize": 6, "clip_on": False}
        ax.plot(numbers, heights, "x", transform=ax.get_xaxis_transform(), label="failed", **style)


def _draw_best(ax: Axes, trials: TrialPoints) -> None:
    numbers, values = trials.numbers[trials.rated], trials.values[trials.rated]
    so_far = (np.maximum if trials.objective.greatest else np.minimum).accumulate(values)
    across: Array = np.append(numbers, len(trials.values))
    ax.step(across, np.append(so_far, so_far[-1]), where="post", color=_ORANGE, linewidth=1.6, label="best so far")
    best = trials.best
    label = f"best: {trials.values[best]:.4g} ({trials.runs[best]})"
    ax.plot([best + 1], [trials.values[best]], "*", color=_ORANGE, markersize=14, label=label, zorder=4)
