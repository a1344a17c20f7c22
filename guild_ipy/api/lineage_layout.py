"""Where the runs of a lineage stand in its picture: columns from what was used to who used it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guild_ipy.api.lineage import LineageGraph, Relation, Use

#: A picture of more runs shows nothing to anybody.
MOST_RUNS = 80
_SWEEPS = 4


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Columns of ids, from left to right and from top to bottom, and the uses between them."""

    columns: tuple[tuple[str, ...], ...]
    uses: tuple[Use, ...]
    left_out: int
    """How many runs are not in the picture, for there are too many."""


def lay_out(graph: LineageGraph) -> Layout:
    """Put each run to the right of those that it has used, where they form no circle, and near to them."""
    shown = list(graph.members)[:MOST_RUNS]  # the nearest come first on each side
    uses = [use for use in graph.uses if use.used in (among := set(shown)) and use.user in among]
    places = _columns(graph, shown, uses)
    columns: dict[int, list[str]] = {}
    for id in shown:  # noqa: A001 - the word of the field
        columns.setdefault(places[id], []).append(id)
    ordered = _untangle([columns[place] for place in sorted(columns)], uses)
    return Layout(columns=tuple(map(tuple, ordered)), uses=tuple(uses), left_out=len(graph.members) - len(shown))


def _columns(graph: LineageGraph, shown: Sequence[str], uses: Sequence[Use]) -> dict[str, int]:
    """Give each run the column of its shortest way, or one farther out where an arrow would point back."""
    sign = {Relation.UPSTREAM: -1, Relation.SELF: 0, Relation.DOWNSTREAM: 1}
    places = {id: sign[graph.members[id].relation] * graph.members[id].depth for id in shown}  # noqa: A001 - as above
    for use in _in_order(shown, uses):
        if graph.members[use.user].relation is Relation.DOWNSTREAM:
            places[use.user] = max(places[use.user], places[use.used] + 1)
    for use in reversed(_in_order(shown, uses)):
        if graph.members[use.used].relation is Relation.UPSTREAM:
            places[use.used] = min(places[use.used], places[use.user] - 1)
    return places


def _in_order(shown: Sequence[str], uses: Sequence[Use]) -> list[Use]:
    """Give the uses so that those of a run come after those of what it has used; those in circles are left out."""
    waiting = dict.fromkeys(shown, 0)
    for use in uses:
        waiting[use.user] += 1
    ready = deque(id for id, count in waiting.items() if not count)  # noqa: A001 - the word of the field
    ordered = []
    by_used = _by(uses)
    while ready:
        for use in by_used.get(ready.popleft(), ()):
            ordered.append(use)
            waiting[use.user] -= 1
            if not waiting[use.user]:
                ready.append(use.user)
    return ordered


def _by(uses: Sequence[Use]) -> Mapping[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(use.used, []).append(use)
    return found


def _untangle(columns: list[list[str]], uses: Sequence[Use]) -> list[list[str]]:
    """Order each column by where its neighbours stand, so that fewer arrows cross."""
    neighbours: dict[str, list[str]] = {}
    for use in uses:
        neighbours.setdefault(use.used, []).append(use.user)
        neighbours.setdefault(use.user, []).append(use.used)
    height = {id: row - len(column) / 2 for column in columns for row, id in enumerate(column)}  # noqa: A001 - as above
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 else reversed(columns):
            column.sort(key=lambda id: _middle(height, neighbours.get(id, [id])))  # noqa: A006 - as above
            height.update({id: row - len(column) / 2 for row, id in enumerate(column)})  # noqa: A001 - as above
    return columns


def _middle(height: Mapping[str, float], ids: Sequence[str]) -> float:
    return sum(height[id] for id in ids) / len(ids)  # noqa: A001 - the word of the field
