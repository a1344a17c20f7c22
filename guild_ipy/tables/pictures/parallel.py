"""Parallel coordinates: each run is a line across its flags to its results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guild_ipy.errors import UsageError
from guild_ipy.tables.columns.column_values import Array
from guild_ipy.tables.columns.rows import Rows
from guild_ipy.tables.contents.comparison import compare_frame, used_columns
from guild_ipy.tables.pictures.pyplot import INK, Axes, colour_scale, is_wide, load_pyplot, on_any_page, text_colour
from guild_ipy.tables.pictures.run_captions import differs

_WIDTH_OF_AXIS = 1.6
_LEAST_WIDTH = 6.0
_HEIGHT = 4.4
_TICKS = 5
#: Ticks that are closer to each other could not be read.
_LEAST_GAP = 0.06
_MOST_WORDS = 12
_TWO = 2
#: Between an axis and its ticks.
_ASIDE = 0.04
#: The ground of ticks, which lines pass: white on it is read on any page (5.3 to 1).
_PLATE = "#6b6b6b"
_END = "loss"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One vertical axis: where each run crosses it from 0 to 1 (NaN if it does not), and its ticks."""

    heading: str
    places: Array
    ticks: Sequence[tuple[float, str]]


def plot_parallel(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw a line for each row across the columns; its colour tells where it ends.

    Raises
    ------
    UsageError
        If there are not two columns with values.
    """
    frame = frame.loc[:, frame.notna().any()]
    scales = [_make_scale(heading, frame[heading]) for heading in frame.columns]
    if len(scales) < _TWO:
        raise UsageError("parallel coordinates take two columns at least; name them, as in parallel('=lr, loss')")
    with on_any_page(ax):
        if ax is None:
            size = (max(_LEAST_WIDTH, _WIDTH_OF_AXIS * len(scales)), _HEIGHT)
            _, ax = load_pyplot().subplots(figsize=size, layout="constrained")
        _draw_lines(ax, scales)
        _draw_axes(ax, scales)
        if _is_number(frame.iloc[:, -1]):
            _add_colour_bar(ax, scales[-1])
        ax.set_title(f"{len(frame)} run{'s' * (len(frame) != 1)} by {frame.columns[-1]}")
    return ax


def across_flags(rows: Rows, ends: pd.DataFrame | None, wanted: str | None = None) -> pd.DataFrame:
    """Return the flags in which runs differ, and after them `ends`, or the scalar of :func:`telling_columns`."""
    flags, end = telling_columns(rows, wanted)
    compared = compare_frame(rows)
    last = compared[end] if ends is None else ends
    return pd.concat([compared[flags].drop(columns=last.columns, errors="ignore"), last], axis=1)


def telling_columns(rows: Rows, wanted: str | None = None) -> tuple[list[str], list[str]]:
    """Return the headings of the flags in which runs differ, and of one scalar: `wanted`, ``loss`` or the first."""
    columns = used_columns(rows)
    flags = [each.heading for each in columns if each.fields[0].kind == "flag" and differs(rows.get(each.fields[0]))]
    ends = {each.fields[0].name: each.heading for each in columns if each.fields[0].part == "last"}
    end = ends.get(wanted or _END) or ends.get(_END) or next(iter(ends.values()), None)
    return flags, [] if end is None else [end]


def _make_scale(heading: str, column: pd.Series) -> Scale:
    return _scale_of_numbers(heading, column) if _is_number(column) else _scale_of_words(heading, column)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def _scale_of_numbers(heading: str, column: pd.Series) -> Scale:
    values = column.to_numpy(dtype=float, na_value=np.nan)
    values = np.where(np.isfinite(values), values, np.nan)
    known = np.unique(values[~np.isnan(values)])
    if not len(known):
        return Scale(heading=heading, places=values, ticks=[])
    is_log = is_wide(known)
    least, greatest = _stretch(_bend(known[[0, -1]], is_log))
    places = (_bend(known, is_log) - least) / (greatest - least)
    if len(known) > _TICKS or (np.diff(places) < _LEAST_GAP).any():
        places = np.linspace(0, 1, _TICKS)
    texts = [f"{value:.3g}" for value in _unbend(least + places * (greatest - least), is_log)]
    return Scale(
        heading=f"{heading}\n(log)" if is_log else heading,
        places=(_bend(values, is_log) - least) / (greatest - least),
        ticks=list(zip(places, texts, strict=True)),
    )


def _bend(values: Array, is_log: bool) -> Array:  # noqa: FBT001 - its only choice
    return np.log10(values) if is_log else values


def _unbend(values: Array, is_log: bool) -> Array:  # noqa: FBT001 - as above
    return 10.0**values if is_log else values


def _stretch(ends: Array) -> tuple[float, float]:
    """Return the ends of a scale; of one value it is in the middle."""
    least, greatest = map(float, ends)
    margin = abs(least) / 2 or 0.5
    return (least, greatest) if least < greatest else (least - margin, greatest + margin)


def _scale_of_words(heading: str, column: pd.Series) -> Scale:
    texts = [None if missing else str(value) for value, missing in zip(column, column.isna(), strict=True)]
    words = sorted({text for text in texts if text is not None})
    place = {word: (at + 0.5) / len(words) for at, word in enumerate(words)}
    step = -(-len(words) // _MOST_WORDS)
    return Scale(
        heading=heading,
        places=np.array([np.nan if text is None else place[text] for text in texts]),
        ticks=[(place[word], word) for word in words[::step]],
    )


# -- drawing


def _draw_lines(ax: Axes, scales: Sequence[Scale]) -> None:
    colours = colour_scale()
    across = np.arange(len(scales))
    for heights, end in zip(np.array([scale.places for scale in scales]).T, scales[-1].places, strict=True):
        colour = INK if np.isnan(end) else colours(end)
        alone = np.convolve(np.isnan(np.concatenate([[np.nan], heights, [np.nan]])), [1, 0, 1], mode="valid") == _TWO
        ax.plot(across, heights, color=colour, alpha=0.3 if np.isnan(end) else 0.85, linewidth=1.4)
        ax.plot(across[alone], heights[alone], "o", color=colour, markersize=3)


def _draw_axes(ax: Axes, scales: Sequence[Scale]) -> None:
    for across, scale in enumerate(scales):
        ax.axvline(across, color=text_colour(), linewidth=0.8)
        for height, text in scale.ticks:
            ax.annotate(
                text,
                (across - _ASIDE, height),
                ha="right",
                va="center",
                fontsize="x-small",
                color="white",
                bbox={"boxstyle": "round,pad=0.15,rounding_size=0.2", "facecolor": _PLATE, "edgecolor": "none"},
            )
    ax.set_xticks(range(len(scales)), [scale.heading for scale in scales])
    ax.set(xlim=(-0.5, len(scales) - 0.9), ylim=(-0.05, 1.05), yticks=[])
    ax.spines[:].set_visible(False)
    ax.tick_params(axis="x", length=0)


def _add_colour_bar(ax: Axes, scale: Scale) -> None:
    from matplotlib.cm import ScalarMappable  # optional

    bar = ax.figure.colorbar(ScalarMappable(cmap=colour_scale()), ax=ax, pad=0.02)
    bar.set_ticks([place for place, _ in scale.ticks], labels=[text for _, text in scale.ticks])
    bar.set_label(scale.heading.replace("\n", " "))
