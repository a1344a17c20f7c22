"""The numbers by which trials are compared: scalars that they report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from guild_ipy.batch.search.search_options import describe_objective
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.values.scalars import ScalarSummary
from guild_ipy.errors import DamagedRun, NoObjective
from guild_ipy.query.names import Names, find_places
from guild_ipy.query.nodes import Kind
from guild_ipy.query.parse import parse_name
from guild_ipy.query.refusal import Refusal
from guild_ipy.store.events.events import find_event_files, iter_series
from guild_ipy.store.events.scalar_summaries import scalar_name
from guild_ipy.store.run_dir import RunDir

#: The field of a summary for a qualifier of the select language, where they differ.
_FIELDS = {"avg": "average"}


def read_values(objectives: Sequence[Best], summaries: Mapping[str, ScalarSummary]) -> tuple[float, ...]:
    """Return the number of a run for each objective.

    Raises
    ------
    NoObjective
        If it has none.
    """
    return tuple(_read_value(each, summaries) for each in objectives)


def _read_value(objective: Best, summaries: Mapping[str, ScalarSummary]) -> float:
    scalar, summary = _find_scalar(objective, frozenset(summaries))
    value: float = getattr(summaries[scalar], _FIELDS.get(summary, summary))
    return value


def _find_scalar(objective: Best, names: frozenset[str]) -> tuple[str, str]:
    """Return the full name of the scalar that an objective is about, and the column of its summary."""
    name = replace(parse_name(objective.name), kind=Kind.SCALAR)
    try:
        (place,) = find_places(name, Names(scalars=names))
    except Refusal:
        raise NoObjective(describe_objective(objective), sorted(names), wanted=name.text) from None
    assert place.summary is not None, "it is of a scalar"
    return place.name, place.summary


class ReportedPoints:
    """The points of an objective that a run reports while it goes, brought up to date by reading what was added."""

    def __init__(self, run_dir: RunDir, objective: Best) -> None:
        self._run_dir = run_dir
        self._objective = objective
        self._offsets: dict[str, int] = {}
        self._names: frozenset[str] = frozenset()
        """Of all scalars so far, among which the name of the objective is looked for."""

    def new(self) -> list[tuple[int, float]]:
        """Return the steps and values that were reported since the last call, in the order of the steps."""
        found: dict[str, list[tuple[int, float]]] = {}
        for path in find_event_files(self._run_dir):
            try:
                for series, offset in iter_series(path, self._offsets.get(path, 0)):
                    self._offsets[path] = offset
                    for each in series:
                        points = found.setdefault(scalar_name(self._run_dir, path, each.tag), [])
                        points.extend(zip(each.steps, each.values, strict=True))
            except DamagedRun:  # it ends with this error
                continue
        self._names |= found.keys()
        try:
            scalar, _ = _find_scalar(self._objective, self._names)
        except NoObjective:  # not yet
            return []
        return sorted(found.get(scalar, []), key=lambda point: point[0])
