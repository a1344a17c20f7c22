"""The best of trials by several numbers: those that no other beats in one without losing in another."""

from __future__ import annotations

from collections.abc import Sequence

from guild_ipy.domain.choosing.best import Best


def find_best(values: Sequence[Sequence[float] | None], objectives: Sequence[Best]) -> list[int]:
    """Return the places of the best trials; with one objective the first of equal ones.

    Parameters
    ----------
    values
        The numbers of each trial, one for each objective; None for a trial without them.
    objectives
        Which of them are good when they are small, and which when they are great.

    Examples
    --------
    >>> find_best([(1, 5), (2, 2), None, (3, 3), (5, 1)], [Best(name="loss"), Best(name="size")])
    [0, 1, 4]
    >>> find_best([(0.5,), (0.9,)], [Best(name="acc", greatest=True)])
    [1]
    """
    rated = [
        (place, tuple(-value if each.greatest else value for value, each in zip(numbers, objectives, strict=True)))
        for place, numbers in enumerate(values)
        if numbers is not None
    ]
    costs = [cost for _, cost in rated if all(value == value for value in cost)]  # noqa: PLR0124 - not nan
    if len(objectives) == 1:
        least = min(costs, default=None)
        return [next(place for place, cost in rated if cost == least)] if least is not None else []
    return [place for place, cost in rated if cost in costs and not any(_beats(other, cost) for other in costs)]


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))
