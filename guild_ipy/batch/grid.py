"""The flags of trials: all combinations of values, in the order of S2, or values that are drawn.

The last name in sorted order changes fastest.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from guild_ipy.batch.search.random_search import DEFAULT_TRIALS, draw_rows, space_of
from guild_ipy.batch.search.search_options import GRID
from guild_ipy.batch.search.search_space import Space
from guild_ipy.batch.sequences import MOST_TRIALS
from guild_ipy.domain.values.run_label import cut_label, default_label
from guild_ipy.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Rows of flags, each with all combinations of the values of others.

    Examples
    --------
    >>> list(Grid(values={"y": [2, 3], "x": [1, 2]}).rows(None, seed=0))
    [{'x': 1, 'y': 2}, {'x': 1, 'y': 3}, {'x': 2, 'y': 2}, {'x': 2, 'y': 3}]
    """

    values: Mapping[str, Sequence[Any]]
    listed: Sequence[Mapping[str, Any]] = ({},)
    """Trials that are listed one by one; flags in them stand before `values`."""
    spaces: Mapping[str, Space] = field(default_factory=dict)
    """Flags that are searched for: their values, and those of flags with a list, are drawn."""
    is_random: bool = False
    """Whether values are drawn, or chosen by an optimizer, also where there are lists alone."""

    @property
    def is_listed(self) -> bool:
        """Whether trials were listed one by one."""
        return tuple(self.listed) != ({},)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all flags that vary, sorted."""
        return tuple(sorted({*self.varied, *(name for row in self.listed for name in row)}))

    @property
    def varied(self) -> tuple[str, ...]:
        """The names of the flags with a list or a space, sorted."""
        return tuple(sorted({*self.values, *self.spaces}))

    @property
    def differing(self) -> tuple[str, ...]:
        """The names of the flags that have more than one value, sorted."""
        listed = {name: [row.get(name) for row in self.listed] for row in self.listed for name in row}
        values = {**listed, **{name: space.examples for name, space in self.all_spaces.items()}}
        return tuple(name for name in self.names if len(set(map(repr, values[name]))) > 1)

    @property
    def is_drawn(self) -> bool:
        """Whether values are drawn, in place of all combinations."""
        return self.is_random or bool(self.spaces)

    @property
    def all_spaces(self) -> dict[str, Space]:
        """The spaces, among them those of lists, by name in sorted order."""
        found = {**{name: space_of(values) for name, values in self.values.items()}, **self.spaces}
        return dict(sorted(found.items()))

    @property
    def label(self) -> str:
        """The label of a batch that the user has given none."""
        return cut_label(default_label(self.all_values))

    @property
    def all_values(self) -> dict[str, Any]:
        """The lists of values, and the spaces as text, by the names of their flags."""
        lists: dict[str, Any] = {name: list(values) for name, values in self.values.items()}
        return {**lists, **{name: str(space) for name, space in self.spaces.items()}}

    def searched_by(self, optimizer: str | None) -> Self:
        """Return the flags as an optimizer takes them: with ``grid`` a list in place of each space.

        Raises
        ------
        UsageError
            If a space has too many values for a list.
        """
        if optimizer is None:
            return self
        if optimizer != GRID:
            return replace(self, is_random=True)
        values = {name: _list_values(name, space) for name, space in self.spaces.items()}
        return replace(self, values={**self.values, **values}, spaces={})

    def count(self, limit: int | None) -> int:
        """Return how many trials there are, at most `limit`; UsageError for more than can be made.

        Of drawn ones there may be fewer, where there are no more values.
        """
        if self.is_drawn:
            whole = limit or (len(self.listed) if self.is_listed else DEFAULT_TRIALS)
            if whole > MOST_TRIALS:
                raise UsageError(f"{whole:,} trials are asked for, and at most {MOST_TRIALS:,} can be made")
            return whole
        whole = math.prod(map(len, self.values.values()), start=len(self.listed))
        count = whole if limit is None else min(limit, whole)
        if count > MOST_TRIALS:
            raise UsageError(
                f"these flags ask for {whole:,} trials, and at most {MOST_TRIALS:,} can be made; take a sample with "
                f"--max-trials"
            )
        return count

    def rows(self, limit: int | None, *, seed: int) -> Iterator[dict[str, Any]]:
        """Return the flags of each trial that vary; of more than `limit` a sample, in the same order."""
        if self.is_drawn:
            return draw_rows(self.all_spaces, self.listed, self.count(limit), seed)
        return map(self._row, self._numbers(limit, seed))

    def listed_places(self, limit: int | None, *, seed: int) -> list[int]:
        """Return the place of each trial among those that were listed."""
        if self.is_drawn:
            return [number % len(self.listed) for number, _ in enumerate(self.rows(limit, seed=seed))]
        each = math.prod(map(len, self.values.values()))
        return [number // each for number in self._numbers(limit, seed)]

    def _numbers(self, limit: int | None, seed: int) -> Sequence[int]:
        whole = math.prod(map(len, self.values.values()), start=len(self.listed))
        count = self.count(limit)
        return range(whole) if count == whole else sorted(random.Random(seed).sample(range(whole), count))  # noqa: S311 - a sample

    def _row(self, number: int) -> dict[str, Any]:
        chosen: dict[str, Any] = {}
        for name in sorted(self.values, reverse=True):
            number, place = divmod(number, len(self.values[name]))
            chosen[name] = self.values[name][place]
        return {**dict(reversed(chosen.items())), **self.listed[number]}


def _list_values(name: str, space: Space) -> list[Any]:
    values = space.values(MOST_TRIALS)
    if values is None:
        raise UsageError(f"flag {name!r}: {space} has too many values for a grid; give step[LOW:HIGH:STEP] or a list")
    return values
