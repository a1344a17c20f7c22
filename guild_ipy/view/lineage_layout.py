"""Where the runs of a lineage stand in its picture: columns from used runs to their users.

An arrow that passes columns has a lane of its own in each of them, so that it crosses no run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from guild_ipy.session.lineage_graph import LineageGraph, Relation, Use

#: A picture of more runs cannot be read.
MOST_RUNS = 80
_SWEEPS = 4
_SIGN = {Relation.UPSTREAM: -1, Relation.SELF: 0, Relation.DOWNSTREAM: 1}


@dataclass(frozen=True, kw_only=True)
class Route:
    """A use, and where its arrow goes."""

    use: Use
    stops: tuple[str, ...]
    """The run that was used, lanes, and its user."""
    is_back: bool = False
    """Whether it leads back, or nowhere: it closes a circle."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Columns from left to right of ids of runs and lanes from top to bottom, and the arrows between them."""

    columns: tuple[tuple[str, ...], ...]
    routes: tuple[Route, ...]
    left_out: int
    """How many runs are left out because there are too many."""


def lay_out(graph: LineageGraph) -> Layout:
    """Put each run to the right of the runs that it has used, and near to them, unless they form a circle."""
    shown = dict.fromkeys(list(graph.members)[:MOST_RUNS])
    uses = [use for use in graph.uses if use.used in shown and use.user in shown]
    places = _number_columns(graph, list(shown), uses)
    routes = [_route(use, places) for use in uses]
    columns: dict[int, dict[str, None]] = {places[graph.id]: {}}
    for id in shown:  # noqa: A001 - the word of the field
        columns.setdefault(places[id], {})[id] = None
    for route in routes:
        for number, lane in enumerate(route.stops[1:-1], start=places[route.use.used] + 1):
            columns.setdefault(number, {})[lane] = None
    ordered = _untangle([list(columns[number]) for number in sorted(columns)], routes)
    return Layout(columns=tuple(map(tuple, ordered)), routes=tuple(routes), left_out=len(graph.members) - len(shown))


def _number_columns(graph: LineageGraph, shown: Sequence[str], uses: Sequence[Use]) -> dict[str, int]:
    """Return each run the column of its shortest way, or one farther out where an arrow would point back."""
    places = {id: _SIGN[graph.members[id].relation] * graph.members[id].depth for id in shown}  # noqa: A001 - as above
    ordered = _in_order(shown, uses)
    for use in ordered:
        if graph.members[use.user].relation is Relation.DOWNSTREAM:
            places[use.user] = max(places[use.user], places[use.used] + 1)
    for use in reversed(ordered):
        if graph.members[use.used].relation is Relation.UPSTREAM:
            places[use.used] = min(places[use.used], places[use.user] - 1)
    return places


def _in_order(shown: Sequence[str], uses: Sequence[Use]) -> list[Use]:
    """Return the uses in an order in which each run uses others before it is used; circles are left out."""
    waiting = dict.fromkeys(shown, 0)
    by_used: dict[str, list[Use]] = {}
    for use in uses:
        waiting[use.user] += 1
        by_used.setdefault(use.used, []).append(use)
    ready = deque(id for id, count in waiting.items() if not count)  # noqa: A001 - as above
    ordered = []
    while ready:
        for use in by_used.get(ready.popleft(), ()):
            ordered.append(use)
            waiting[use.user] -= 1
            if not waiting[use.user]:
                ready.append(use.user)
    return ordered


def _route(use: Use, places: Mapping[str, int]) -> Route:
    """Lead an arrow through the columns between; arrows from one run share their lanes, named as no run can be."""
    start, end = places[use.used], places[use.user]
    lanes = (f"{use.used}/{number}" for number in range(start + 1, end))
    return Route(use=use, stops=(use.used, *lanes, use.user), is_back=end <= start)


def _untangle(columns: list[list[str]], routes: Sequence[Route]) -> list[list[str]]:
    """Order each column by where its neighbours stand, so that fewer arrows cross."""
    neighbours: dict[str, list[str]] = {}
    for one, other in _steps(routes):
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    height: dict[str, float] = {}
    for column in columns:
        height.update(_heights(column))
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 else reversed(columns):
            column.sort(key=lambda stop: _middle(height, neighbours.get(stop, [stop])))
            height.update(_heights(column))
    return columns


def _steps(routes: Sequence[Route]) -> Iterator[tuple[str, str]]:
    for route in routes:
        if not route.is_back:
            yield from pairwise(route.stops)


def _heights(column: Sequence[str]) -> dict[str, float]:
    return {stop: row - (len(column) - 1) / 2 for row, stop in enumerate(column)}


def _middle(height: Mapping[str, float], stops: Sequence[str]) -> float:
    return sum(height[stop] for stop in stops) / len(stops)
