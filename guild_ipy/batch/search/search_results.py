"""What came of a search: the numbers by which its trials are compared, and which of them are the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guild_ipy.batch.search.objective import read_values
from guild_ipy.batch.search.pareto import find_best
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.values.scalars import ScalarSummary
from guild_ipy.errors import NoObjective


@dataclass(frozen=True, kw_only=True)
class SearchResults:
    """The numbers of trials, in their order."""

    objectives: tuple[Best, ...]
    values: Sequence[tuple[float | None, ...]]
    """Of each trial a number for each objective; None where it has reported none."""
    best: frozenset[int]
    """The places of the best ones among those that have completed."""

    def column(self, objective: Best) -> list[float | None]:
        """Return the number of each trial for one of the objectives."""
        place = self.objectives.index(objective)
        return [numbers[place] for numbers in self.values]


def compare_trials(
    objectives: tuple[Best, ...], summaries: Sequence[Mapping[str, ScalarSummary]], completed: Sequence[bool]
) -> SearchResults:
    """Compare trials by the scalars that they have reported."""
    values = [tuple(_read_value(each, scalars) for each in objectives) for scalars in summaries]
    rated = [
        tuple(number for number in numbers if number is not None) if is_completed and None not in numbers else None
        for numbers, is_completed in zip(values, completed, strict=True)
    ]
    return SearchResults(objectives=objectives, values=values, best=frozenset(find_best(rated, objectives)))


def _read_value(objective: Best, summaries: Mapping[str, ScalarSummary]) -> float | None:
    try:
        return read_values([objective], summaries)[0]
    except NoObjective:
        return None
