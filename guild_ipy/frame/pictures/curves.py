"""Learning curves: the values that runs reported, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from guild_ipy.errors import UsageError, suggest
from guild_ipy.frame.columns.column_values import Array
from guild_ipy.frame.pictures.pyplot import Axes, load_pyplot
from guild_ipy.frame.tables.points import Points
from guild_ipy.store.events.event_writer import is_logged

_FIRST = "loss"
_SYSTEM = "sys/"
_MOST_PANELS = 6
_COLUMNS = 2
_PANEL = (6.4, 4.2)
_SMALL_PANEL = (5.2, 3.6)
_LEGEND = 2.4
_MOST_NAMED = 12
_FEW_COLOURS = 10


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The values of one scalar of one run, by step."""

    run: str
    scalar: str
    steps: Array
    values: Array


def make_curves(reported: Sequence[Points]) -> list[Curve]:
    """Join the values of each scalar in the files of each run; scalars of the machine are left out."""
    parts: dict[tuple[str, str], list[Points]] = {}
    for points in reported:
        if not points.tag.startswith(_SYSTEM):
            parts.setdefault((points.run, points.name), []).append(points)
    return [_join(run, name, _what_counts(several)) for (run, name), several in parts.items()]


def plot_curves(
    curves: Sequence[Curve], labels: Mapping[str, str], scalars: Sequence[str], ax: Axes | None = None
) -> Axes:
    """Draw a panel for each scalar with a line for each run.

    Parameters
    ----------
    curves
        The curves to draw.
    labels
        The names of the runs, in the order of the legend.
    scalars
        Which scalars; none means the first six, ``loss`` before the others.
    ax
        Where to draw the only scalar.

    Returns
    -------
    matplotlib.axes.Axes
        Of one scalar; of several an array of them.

    Raises
    ------
    UsageError
        If there is nothing to draw, or a scalar that none of the runs has.
    """
    shown = _choose(sorted({curve.scalar for curve in curves}), scalars)
    if ax is not None and len(shown) > 1:
        raise UsageError(f"one ax takes one scalar, not {len(shown)}: {', '.join(shown)}; name one")
    panels = np.array([ax]) if ax is not None else _make_panels(len(shown))
    colours = _colours(list(labels))
    for panel, scalar in zip(panels, shown, strict=True):
        _draw(panel, [curve for curve in curves if curve.scalar == scalar], labels, colours)
        panel.set(title=scalar, xlabel="step", ylabel=scalar)
    _add_legend(panels, labels)
    return panels[0] if len(shown) == 1 else panels


def _what_counts(several: Sequence[Points]) -> Sequence[Points]:
    """Leave out what a run has printed if it has logged a scalar of that name."""
    if not any(is_logged(points.path) for points in several):
        return several
    return [points for points in several if is_logged(points.path) or not points.path.startswith(".guild/")]


def _join(run: str, scalar: str, several: Sequence[Points]) -> Curve:
    steps = np.concatenate([points.steps for points in several])
    values = np.concatenate([points.values for points in several])
    order = np.argsort(steps, kind="stable")
    return Curve(run=run, scalar=scalar, steps=steps[order], values=values[order])


def _choose(known: Sequence[str], wanted: Sequence[str]) -> list[str]:
    if not known:
        raise UsageError("these runs have reported no scalars; there is nothing to plot")
    for name in wanted:
        if name not in known:
            hint = suggest(name, known) or f"; they have {', '.join(known[:_MOST_PANELS])}"
            raise UsageError(f"none of these runs has the scalar {name!r}{hint}")
    return list(dict.fromkeys(wanted)) or sorted(known, key=lambda name: (name != _FIRST, name))[:_MOST_PANELS]


def _make_panels(count: int) -> Array:
    columns = min(count, _COLUMNS)
    rows = -(-count // columns)
    width, height = _PANEL if count == 1 else _SMALL_PANEL
    size = (width * columns + _LEGEND, height * rows)
    _, panels = load_pyplot().subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    for unused in panels.flat[count:]:
        unused.remove()
    return panels.ravel()[:count]


def _colours(runs: Sequence[str]) -> dict[str, object]:
    """Return a colour for each run: one of a few that differ, or a place on a scale from the first to the last."""
    maps = load_pyplot().colormaps
    if len(runs) <= _FEW_COLOURS:
        return {run: maps["tab10"](place) for place, run in enumerate(runs)}
    return {run: maps["viridis"](place / (len(runs) - 1)) for place, run in enumerate(runs)}


def _draw(ax: Axes, curves: Sequence[Curve], labels: Mapping[str, str], colours: Mapping[str, object]) -> None:
    place = {run: place for place, run in enumerate(labels)}
    for curve in sorted(curves, key=lambda curve: place[curve.run]):
        marker = "o" if len(curve.steps) == 1 else None
        label = labels[curve.run]
        ax.plot(curve.steps, curve.values, marker=marker, label=label, color=colours[curve.run], linewidth=1.5)
    ax.grid(visible=True, alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    ax.xaxis.get_major_locator().set_params(integer=True)


def _add_legend(panels: Array, labels: Mapping[str, str]) -> None:
    """Name the runs beside the last panel of the first row, as many as there is room for."""
    handles = {
        text: handle for panel in panels for handle, text in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    named = [label for label in labels.values() if label in handles]
    rest = len(named) - _MOST_NAMED
    title = "run" if rest <= 0 else f"run (and {rest} more)"
    shown = named[:_MOST_NAMED]
    place = panels[min(_COLUMNS, len(panels)) - 1]
    place.legend(
        [handles[label] for label in shown],
        shown,
        title=title,
        fontsize="small",
        frameon=False,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
    )
