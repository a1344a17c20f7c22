"""Learning curves: the values that runs reported, step by step."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from guild_ipy.errors import UsageError, suggest
from guild_ipy.store.events.event_writer import is_logged
from guild_ipy.tables.columns.column_values import Array
from guild_ipy.tables.contents.points import Points
from guild_ipy.tables.pictures.pyplot import CURVES, INK, Axes, load_pyplot, on_any_page

_FIRST = "loss"
_SYSTEM = "sys/"
_MOST_PANELS = 6
_COLUMNS = 2
_PANEL = (6.4, 4.2)
_SMALL_PANEL = (5.2, 3.6)
_LEGEND = 2.4
#: More curves than this are not told apart by colours.
_MOST_COLOURS = len(CURVES)
_FAINT = 0.35
#: Scalars of which the greatest value is the best; of all others it is the least, as everywhere.
GREATER = re.compile(r"acc|f1|auc|precision|recall|score|reward|return|r2|iou|map|bleu|psnr", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The values of one scalar of one run, by step."""

    run: str
    scalar: str
    steps: Array
    values: Array


@dataclass(frozen=True, kw_only=True)
class _Style:
    """How the curves of a run are drawn; a label that begins with ``_`` is not in the legend."""

    label: str
    colour: str
    width: float = 1.5
    is_faint: bool = False


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
    drawn = [[curve for curve in curves if curve.scalar == scalar] for scalar in shown]
    styles = _choose_styles(labels, drawn[0])
    with on_any_page(ax):
        panels = np.array([ax]) if ax is not None else _make_panels(len(shown))
        for panel, scalar, several in zip(panels, shown, drawn, strict=True):
            _draw(panel, several, styles)
            panel.set(title=scalar, xlabel="step", ylabel=scalar)
        _add_legend(panels, styles)
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


def _choose_styles(labels: Mapping[str, str], curves: Sequence[Curve]) -> dict[str, _Style]:
    """Return how each run is drawn: a few in a colour each, of many only the best and the newest."""
    if len(labels) <= _MOST_COLOURS:
        return {
            run: _Style(label=text, colour=colour) for (run, text), colour in zip(labels.items(), CURVES, strict=False)
        }
    styles = {run: _Style(label="_", colour=INK, is_faint=True) for run in labels}
    newest = next(iter(labels))
    styles[newest] = _Style(label=f"newest: {labels[newest]}", colour=CURVES[1], width=2.2)
    best = _find_best(curves)
    if best is not None:
        styles[best] = _Style(label=f"best: {labels[best]}", colour=CURVES[0], width=2.2)
    return styles


def _find_best(curves: Sequence[Curve]) -> str | None:
    """Return the run that has the best last value."""
    ends = {curve.run: float(curve.values[-1]) for curve in curves if np.isfinite(curve.values[-1])}
    greatest = any(GREATER.search(curve.scalar) for curve in curves[:1])
    return (max if greatest else min)(ends, key=ends.__getitem__) if ends else None


def _draw(ax: Axes, curves: Sequence[Curve], styles: Mapping[str, _Style]) -> None:
    place = {run: place for place, run in enumerate(styles)}
    for curve in sorted(curves, key=lambda curve: place[curve.run]):
        style = styles[curve.run]
        ax.plot(
            curve.steps,
            curve.values,
            marker="o" if len(curve.steps) == 1 else None,
            label=style.label,
            color=style.colour,
            linewidth=style.width,
            alpha=_FAINT if style.is_faint else 1,
            zorder=2 if style.is_faint else 3,
        )
    ax.grid(visible=True, alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    ax.xaxis.get_major_locator().set_params(integer=True)


def _add_legend(panels: Array, styles: Mapping[str, _Style]) -> None:
    """Name the runs that have a colour beside the last panel of the first row."""
    handles = {
        text: handle for panel in panels for handle, text in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    named = [style.label for style in styles.values() if style.label in handles]
    rest = sum(style.is_faint for style in styles.values())
    place = panels[min(_COLUMNS, len(panels)) - 1]
    place.legend(
        [handles[label] for label in named],
        named,
        title=f"run (and {rest} more)" if rest else "run",
        fontsize="small",
        frameon=False,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
    )
