"""The importance of flags as bars."""

from __future__ import annotations

from collections.abc import Mapping

from guild_ipy.tables.pictures.pyplot import CURVES, Axes, load_pyplot, on_any_page, text_colour

_WIDTH = 6.4
_HEIGHT_OF_BAR = 0.42
_REST = 1.1


def plot_importance(found: Mapping[str, float], name: str, ax: Axes | None = None) -> Axes:
    """Draw a bar for each flag, the most important on top; `name` is what they are important for."""
    with on_any_page(ax):
        if ax is None:
            size = (_WIDTH, _REST + _HEIGHT_OF_BAR * len(found))
            _, ax = load_pyplot().subplots(figsize=size, layout="constrained")
        bars = ax.barh(list(found), list(found.values()), color=CURVES[0], height=0.65)
        texts = [f"{value:.2f}" for value in found.values()]
        ax.bar_label(bars, texts, padding=4, fontsize="small", color=text_colour())
        ax.invert_yaxis()
        ax.set(title=f"importance for {name}", xlim=(0, 1.08 * (max(found.values()) or 1.0)))
        ax.spines[["top", "right", "bottom"]].set_visible(False)
        ax.tick_params(axis="y", length=0)
        ax.set_xticks([])
    return ax
