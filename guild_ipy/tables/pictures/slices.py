"""Slices of a search: a panel for each flag, with the number of each trial by the value of that flag."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from guild_ipy.batch.search.search_space import Space, SpaceKind
from guild_ipy.domain.values.flags import FlagValue, format_flag
from guild_ipy.errors import UsageError
from guild_ipy.tables.columns.column_values import Array
from guild_ipy.tables.pictures.pyplot import CURVES, Axes, colour_scale, is_wide, load_pyplot, on_any_page
from guild_ipy.tables.pictures.trial_points import TrialPoints

_COLUMNS = 4
_PANEL = (2.9, 3.2)
_MOST_WORDS = 12
_LONGEST_WORD = 14


def plot_slices(trials: TrialPoints, axes: Sequence[Axes] | None = None) -> Array:
    """Draw a panel for each flag; the colour of a dot tells how late its trial came.

    Parameters
    ----------
    trials
        The trials.
    axes
        Where to draw: Axes for each flag.

    Raises
    ------
    UsageError
        If no trial has completed with a number, the trials differ in no flag, or there are more or less Axes.
    """
    rated, names = trials.rated, list(trials.spaces)
    if not names:
        raise UsageError("the trials differ in no flag; there is nothing to draw")
    panels = None if axes is None else np.ravel(np.asarray(axes, dtype=object))
    if panels is not None and len(panels) != len(names):
        raise UsageError(f"slice takes {len(names)} axes, for {', '.join(names)}; {len(panels)} were given")
    with on_any_page(None if panels is None else panels[0]):
        panels = _make_panels(len(names)) if panels is None else panels
        for panel, name in zip(panels, names, strict=True):
            dots = _draw(panel, trials, name)
            panel.set(xlabel=name)
            if is_wide(trials.values[rated]):
                panel.set_yscale("log")
        for panel in panels[::_COLUMNS]:
            panel.set_ylabel(trials.objective.name)
        if axes is None:
            _finish(panels, dots, trials)
    return panels


def _make_panels(count: int) -> Array:
    columns = min(count, _COLUMNS)
    rows = -(-count // columns)
    size = (max(4.2, _PANEL[0] * columns + 0.9), _PANEL[1] * rows)
    options = {"figsize": size, "layout": "constrained", "squeeze": False, "sharey": True}
    _, panels = load_pyplot().subplots(rows, columns, **options)
    for unused in panels.flat[count:]:
        unused.remove()
    return panels.ravel()[:count]


def _draw(ax: Axes, trials: TrialPoints, name: str) -> object:
    space = trials.spaces[name]
    rows: list[int] = np.flatnonzero(trials.rated & np.array([name in flags for flags in trials.flags])).tolist()
    places = np.array([_place(space, trials.flags[row][name]) for row in rows], dtype=float)
    dots = ax.scatter(
        places,
        trials.values[rows],
        c=trials.numbers[rows],
        cmap=colour_scale(),
        vmin=1,
        vmax=max(2, len(trials.values)),
        s=24,
        alpha=0.85,
        linewidths=0,
    )
    if trials.best in rows:
        at = places[[rows.index(trials.best)]]
        ax.plot(at, trials.values[[trials.best]], "*", color=CURVES[1], markersize=14, label="best", zorder=4)
    if space.kind is SpaceKind.CHOICE:
        _name_choices(ax, space)
    elif space.kind is SpaceKind.LOGUNIFORM:
        ax.set_xscale("log")
    ax.grid(visible=True, alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    return dots


def _place(space: Space, value: FlagValue) -> float:
    if space.kind is SpaceKind.CHOICE:
        return space.place(value)
    assert isinstance(value, int | float), "it lies in a space of numbers"
    return value


def _name_choices(ax: Axes, space: Space) -> None:
    texts = [format_flag(each) for each in space.choices]
    short = [text if len(text) <= _LONGEST_WORD else f"{text[: _LONGEST_WORD - 1]}…" for text in texts]
    step = -(-len(texts) // _MOST_WORDS)
    ax.set_xticks(range(len(texts))[::step], short[::step])
    ax.set_xlim(-0.5, len(texts) - 0.5)
    if sum(map(len, short[::step])) > 2 * _MOST_WORDS:
        ax.tick_params(axis="x", rotation=30)


def _finish(panels: Array, dots: object, trials: TrialPoints) -> None:
    figure = panels[0].figure
    bar = figure.colorbar(dots, ax=list(panels), pad=0.02, aspect=30)
    bar.set_label("trial")
    bar.locator.set_params(integer=True)
    bar.outline.set_visible(False)
    bar.solids.set_alpha(1)
    figure.suptitle(f"{trials.count} by {trials.objective.name}", fontsize="medium")
