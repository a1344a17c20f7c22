"""Random search: trials whose values are drawn by chance, the same ones for the same seed."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guild_ipy.batch.search.search_space import Space, SpaceKind
from guild_ipy.domain.values.flags import flags_key, value_key

#: As many as Guild AI 0.9.0 makes.
DEFAULT_TRIALS = 20
#: How often other values are drawn for a trial that is there already.
_ATTEMPTS = 1000
#: Spaces with more values are not counted.
_MOST_COUNTED = 100_000


def draw_rows(
    spaces: Mapping[str, Space], listed: Sequence[Mapping[str, Any]], count: int, seed: int
) -> Iterator[dict[str, Any]]:
    """Return the flags of `count` trials, each of the listed ones in turn with values that are drawn for it.

    No two are the same, so there are fewer where there are no more values. More trials begin with the same ones as
    fewer, and each value depends only on the seed, the number of its trial and the name of its flag.
    """
    seen, most = set[str](), math.prod(_size(each) for each in spaces.values()) * len(listed)
    for number in range(count):
        row = listed[number % len(listed)]
        for attempt in range(_ATTEMPTS if len(seen) < most else 0):
            drawn = {**_draw_all(spaces, seed, number, attempt), **row}
            if (key := flags_key(drawn)) not in seen:
                seen.add(key)
                yield drawn
                break


def space_of(values: Sequence[Any]) -> Space:
    """Return the space of a list of values."""
    return Space(kind=SpaceKind.CHOICE, choices=tuple(values))


def _draw_all(spaces: Mapping[str, Space], seed: int, number: int, attempt: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, space in sorted(spaces.items()):
        if number == 0 and attempt == 0 and space.first is not None:
            values[name] = space.first
        else:
            values[name] = space.draw(random.Random(f"{seed} {number} {attempt} {name}"))  # noqa: S311 - a search
    return values


def _size(space: Space) -> float:
    values = space.values(_MOST_COUNTED)
    return math.inf if values is None else len(set(map(value_key, values)))
