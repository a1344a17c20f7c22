"""The library that pictures are made with.

It is matplotlib: pandas itself plots with it, notebooks show its figures as they are, and most users of Jupyter have
it. It is an extra, and is loaded when the first picture is asked for.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeAlias

from guild_ipy.errors import UsageError
from guild_ipy.tables.columns.column_values import Array

Axes: TypeAlias = Any
"""``matplotlib.axes.Axes``."""


def load_pyplot() -> Any:  # noqa: ANN401 - a module without types
    """Return ``matplotlib.pyplot``.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    try:
        from matplotlib import pyplot as plt  # optional
    except ImportError as error:
        raise UsageError("plots need matplotlib; install it with: pip install 'guild-ipy[plots]'") from error
    return plt


#: A colour of text and lines that is read on white (4.3 to 1) and on the #111111 of a dark page (4.4 to 1). No colour
#: has more on both.
INK = "#7a7a7a"
#: Colours of curves that have a contrast of 3 and more on both pages.
CURVES = (
    *("#2f7ed8", "#d9660b", "#2e9a4b", "#e0413e", "#9b62d0"),
    *("#a8643c", "#d9559f", "#1a96a0", "#8f8b1f", "#808080"),
)
#: Positive numbers with a greater ratio of the greatest to the least are shown on a logarithmic scale.
_WIDE = 50.0
_ROLES = (
    "text.color axes.labelcolor axes.edgecolor xtick.color ytick.color xtick.labelcolor ytick.labelcolor grid.color"
)
_ON_ANY_PAGE = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    **dict.fromkeys(_ROLES.split(), INK),
}


def on_any_page(ax: Axes | None) -> AbstractContextManager[object]:
    """Return a context in which a new figure is drawn so that it can be read on a light and on a dark page.

    Axes of the user stay in their style, and so do all figures where another style than the usual one was chosen.
    """
    plt = load_pyplot()
    # A notebook's backend makes pyplot interactive when it is loaded. Within the context that would be taken back at
    # its end, and no later figure of the notebook would be shown.
    plt.draw_if_interactive()
    chosen = plt.rcParams["text.color"] != plt.rcParamsDefault["text.color"]
    context: AbstractContextManager[object] = (
        nullcontext() if ax is not None or chosen else plt.rc_context(_ON_ANY_PAGE)
    )
    return context


def is_wide(values: Array) -> bool:
    """Return whether finite numbers are shown on a logarithmic scale: positive, and of many magnitudes."""
    return bool(len(values) and values.min() > 0 and values.max() / values.min() >= _WIDE)


def colour_scale() -> Any:  # noqa: ANN401 - a colormap of a library without types
    """Return a scale of colours that can all be seen on both pages, from least to greatest."""
    from matplotlib.colors import LinearSegmentedColormap  # optional

    return LinearSegmentedColormap.from_list("guild_ipy", [CURVES[0], CURVES[4], CURVES[1]])


def text_colour() -> Any:  # noqa: ANN401 - any form of a colour
    """Return the colour of texts and axes that is chosen at this moment."""
    return load_pyplot().rcParams["text.color"]
