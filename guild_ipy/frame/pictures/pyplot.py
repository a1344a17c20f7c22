"""The library that pictures are made with.

It is matplotlib: pandas itself plots with it, notebooks show its figures as they are, and most users of Jupyter have
it. It is an extra, and is loaded when the first picture is asked for.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from guild_ipy.errors import UsageError

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
