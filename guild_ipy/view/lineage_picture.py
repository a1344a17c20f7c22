"""The picture of a lineage: an SVG that only shows, with no script, link or style from elsewhere.

Lines and text have the colour of the text around it, so it is read on light and dark pages alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from guild_ipy import markup
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.printable import printable
from guild_ipy.session.lineage_graph import LineageGraph, Member, Relation
from guild_ipy.view.lineage_captions import caption_runs
from guild_ipy.view.lineage_layout import Layout, Route, lay_out
from guild_ipy.view.lineage_text import describe

_WIDTH, _HEIGHT = 190, 60
_LANE = 8
_GAP_X, _GAP_Y = 72, 16
_MARGIN = 10
#: Room below for arrows that lead back.
_BACK = 26
_HEAD = 7
_SVG = "http://www.w3.org/2000/svg"
_STYLE = "role='img' fill='none' stroke='currentColor' font-family='sans-serif' style='max-width:100%;height:auto'"
_LONGEST = 22
_LONGEST_CAPTION = 29
_LONGEST_VIA = 12

_Place: TypeAlias = tuple[float, float]
"""The upper left corner of a run, or the left end of a lane."""


def draw_lineage(graph: LineageGraph) -> str:
    """Draw runs as boxes and uses as arrows, from left to right."""
    layout, captions = lay_out(graph), caption_runs(graph)
    inner = max(map(_height_of, layout.columns))
    places = _place(layout, inner)
    width = 2 * _MARGIN + len(layout.columns) * (_WIDTH + _GAP_X) - _GAP_X
    height = 2 * _MARGIN + inner + (_BACK if layout.left_out or any(route.is_back for route in layout.routes) else 0)
    parts = [
        f"<svg xmlns='{_SVG}' viewBox='0 0 {width} {height}' width='{width}' height='{height}' {_STYLE}>",
        f"<title>Lineage of run {markup.text(graph.id[:SHORT_ID_LENGTH])}</title>",
        *(part for route in layout.routes for part in _arrow(route, places)),
        *dict.fromkeys(_via(route, places) for route in layout.routes),
        *(
            part
            for stop, place in places.items()
            if stop in graph.members
            for part in _box(graph.members[stop], captions.get(stop, ""), place)
        ),
    ]
    if layout.left_out:
        parts.append(_label(_MARGIN, height - _MARGIN, f"and {layout.left_out} more runs", size=11))
    return "".join([*parts, "</svg>"])


# -- places


def _place(layout: Layout, inner: float) -> dict[str, _Place]:
    """Give each stop its place; columns are centred."""
    places = {}
    for number, column in enumerate(layout.columns):
        y = _MARGIN + (inner - _height_of(column)) / 2
        for stop in column:
            places[stop] = (float(_MARGIN + number * (_WIDTH + _GAP_X)), y if _is_run(stop) else y + _LANE / 2)
            y += _height(stop) + _GAP_Y
    return places


def _height_of(column: Sequence[str]) -> float:
    return sum(_height(stop) + _GAP_Y for stop in column) - _GAP_Y


def _height(stop: str) -> float:
    return _HEIGHT if _is_run(stop) else _LANE


def _is_run(stop: str) -> bool:
    return "/" not in stop


def _middle(stop: str, places: Mapping[str, _Place]) -> _Place:
    """Return the middle of the left side of a stop."""
    x, y = places[stop]
    return x, y + _HEIGHT / 2 if _is_run(stop) else y


# -- parts


def _box(member: Member, caption: str, place: _Place) -> Iterator[str]:
    x, y = place
    record = member.record
    is_root = member.relation is Relation.SELF
    dashes = " stroke-dasharray='4 3'" if member.is_deleted else ""
    operation = "deleted" if record is None else printable(record.operation or "?")
    star = "★ " if record is not None and record.marked else ""
    notes = [member.id[:SHORT_ID_LENGTH], str(record.status) if record is not None else "", "stale" * member.is_stale]
    title = f"{describe(member)}  {printable(caption)}".rstrip()
    yield f"<g opacity='{0.6 if member.is_deleted else 1}'><title>{markup.text(title)}</title>"
    frame = f"width='{_WIDTH}' height='{_HEIGHT}' rx='6' stroke-width='{2.5 if is_root else 1}'{dashes}"
    yield f"<rect x='{x}' y='{y}' {frame}/>"
    yield _label(x + 8, y + 18, _shorten(star + operation, _LONGEST), style=" font-weight='bold'" * is_root)
    yield _label(x + 8, y + 34, _shorten(printable(caption), _LONGEST_CAPTION), size=11)
    yield _label(x + 8, y + 51, " · ".join(filter(None, notes)), size=10)
    yield "</g>"


def _arrow(route: Route, places: Mapping[str, _Place]) -> Iterator[str]:
    """Draw from the right side of the used run through its lanes to the left side of its user."""
    title = f"<title>{markup.text(route.use.dependency)}</title>"
    way = _back(route, places) if route.is_back else _forth(route, places)
    x, y = _middle(route.use.user, places)
    yield f"<path opacity='{markup.FAINT}' d='{way}'>{title}</path>"
    if route.is_back:
        x, y = x + _WIDTH / 2, y + _HEIGHT / 2
        head = f"M{x} {y}l-4 {_HEAD}h8z"
    else:
        head = f"M{x} {y}l-{_HEAD} -4v8z"
    yield f"<path opacity='{markup.FAINT}' fill='currentColor' stroke='none' d='{head}'/>"


def _forth(route: Route, places: Mapping[str, _Place]) -> str:
    parts = []
    for one, other in pairwise(route.stops):
        (x1, y1), (x2, y2) = _middle(one, places), _middle(other, places)
        bend = _GAP_X / 2
        x1 += _WIDTH
        parts.append(f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}")
        if not _is_run(other):
            parts.append(f"H{x2 + _WIDTH}")
    return "".join(parts)


def _back(route: Route, places: Mapping[str, _Place]) -> str:
    """Lead below the runs, from one to the other."""
    (x1, y1), (x2, y2) = places[route.use.used], places[route.use.user]
    x1, x2 = x1 + _WIDTH * 0.6, x2 + _WIDTH / 2
    y1, y2 = y1 + _HEIGHT, y2 + _HEIGHT
    return f"M{x1} {y1}C{x1} {y1 + _BACK} {x2} {y2 + _BACK} {x2} {y2 + _HEAD}"


def _via(route: Route, places: Mapping[str, _Place]) -> str:
    """Write the dependency beside the beginning of its arrow."""
    if route.is_back:
        return ""
    x, y = _middle(route.use.used, places)
    rises = _middle(route.stops[1], places)[1] < y
    return _label(
        x + _WIDTH + 4, y + (12 if rises else -4), _shorten(printable(route.use.dependency), _LONGEST_VIA), size=9
    )


def _label(x: float, y: float, text: str, *, size: int = 12, style: str = "") -> str:
    place = f"x='{x}' y='{y}' font-size='{size}'{style}"
    return f"<text {place} fill='currentColor' stroke='none'>{markup.text(text)}</text>"


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
