"""The picture of a lineage: an SVG that only shows, with no script, link or style from elsewhere.

Lines and text have the colour of the text around it, so it is read on light and dark pages alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from math import ceil

from guild_ipy.api.lineage import LineageGraph, Member, Relation, Use
from guild_ipy.api.lineage_layout import Layout, lay_out
from guild_ipy.api.lineage_tree import describe, printable
from guild_ipy.store.run_dir import SHORT_ID_LENGTH

_WIDTH, _HEIGHT = 150, 44
_GAP_X, _GAP_Y = 70, 16
_MARGIN = 10
_SVG = "http://www.w3.org/2000/svg"
_STYLE = "role='img' fill='none' stroke='currentColor' font-family='sans-serif' style='max-width:100%'"
_LONGEST = 20
_LONGEST_VIA = 11

_Places = Mapping[str, tuple[float, float]]


def draw_lineage(graph: LineageGraph) -> str:
    """Draw runs as boxes and uses as arrows, from left to right."""
    layout = lay_out(graph)
    places = _place(layout)
    rows = max(map(len, layout.columns))
    width = 2 * _MARGIN + len(layout.columns) * (_WIDTH + _GAP_X) - _GAP_X
    height = 2 * _MARGIN + rows * (_HEIGHT + _GAP_Y) - _GAP_Y + (_GAP_Y if layout.left_out else 0)
    parts = [
        f"<svg xmlns='{_SVG}' viewBox='0 0 {width} {height}' width='{width}' height='{height}' {_STYLE}>",
        f"<title>Lineage of run {_text(graph.id[:SHORT_ID_LENGTH])}</title>",
        *(part for use in layout.uses for part in _arrow(use, places)),
        *(part for id in places for part in _box(graph.members[id], places[id])),  # noqa: A001 - the word of the field
    ]
    if layout.left_out:
        parts.append(_label(_MARGIN, height - _MARGIN, f"and {layout.left_out} more runs", size=11))
    return "".join([*parts, "</svg>"])


def _place(layout: Layout) -> dict[str, tuple[float, float]]:
    """Give the upper left corner of each box; columns are centred."""
    rows = max(map(len, layout.columns))
    places: dict[str, tuple[float, float]] = {}
    for number, column in enumerate(layout.columns):
        above = (rows - len(column)) * (_HEIGHT + _GAP_Y) / 2
        for row, id in enumerate(column):  # noqa: A001 - the word of the field
            places[id] = (_MARGIN + number * (_WIDTH + _GAP_X), _MARGIN + above + row * (_HEIGHT + _GAP_Y))
    return places


def _box(member: Member, place: tuple[float, float]) -> Iterator[str]:
    x, y = place
    dashes = " stroke-dasharray='4 3'" if member.is_deleted else ""
    weight = "2.5" if member.relation is Relation.SELF else "1"
    record = member.record
    operation = printable(record.operation or "?") if record is not None else "deleted"
    notes = [str(record.status) if record is not None else "", "stale" if member.is_stale else ""]
    star = "★ " if record is not None and record.marked else ""
    yield f"<g opacity='{0.6 if member.is_deleted else 1}'><title>{_text(describe(member))}</title>"
    yield f"<rect x='{x}' y='{y}' width='{_WIDTH}' height='{_HEIGHT}' rx='6' stroke-width='{weight}'{dashes}/>"
    yield _label(x + 8, y + 18, star + _shorten(operation, _LONGEST), bold=member.relation is Relation.SELF)
    about = " · ".join(filter(None, [member.id[:SHORT_ID_LENGTH], *notes]))
    yield _label(x + 8, y + 35, about, size=10)
    yield "</g>"


def _arrow(use: Use, places: _Places) -> Iterator[str]:
    """Draw from the right side of what was used to the left side of its user; in a circle also back."""
    (x1, y1), (x2, y2) = places[use.used], places[use.user]
    x1, y1, y2 = x1 + _WIDTH, y1 + _HEIGHT / 2, y2 + _HEIGHT / 2
    bend = ceil(max(abs(x2 - x1), _GAP_X) / 2)
    title = f"<title>{_text(printable(use.dependency))}</title>"
    yield f"<path opacity='.7' d='M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2 - 5} {y2}'>{title}</path>"
    yield f"<path opacity='.7' fill='currentColor' stroke='none' d='M{x2 - 7} {y2 - 4}L{x2} {y2}L{x2 - 7} {y2 + 4}z'/>"
    if x2 > x1:
        via = _shorten(printable(use.dependency).removeprefix("operation:"), _LONGEST_VIA)
        yield _label((x1 + x2) / 2, (y1 + y2) / 2 - 4, via, size=9, anchor="middle")


def _label(x: float, y: float, text: str, *, size: int = 12, bold: bool = False, anchor: str = "start") -> str:  # noqa: PLR0913 - how text stands
    weight = " font-weight='bold'" if bold else ""
    place = f"x='{x}' y='{y}' font-size='{size}' text-anchor='{anchor}'"
    return f"<text {place}{weight} fill='currentColor' stroke='none'>{_text(text)}</text>"


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _text(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode())
