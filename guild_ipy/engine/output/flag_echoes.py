"""Distinguishes a metric from the printed value of a flag of the same name.

Many programs print their flags: ``lr: 0.1``. Values under the name of a flag are held back while they are that of the
flag. As soon as another value comes, all of them count: it is a metric, or a flag that the program changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from guild_ipy.domain.values.scalars import ScalarPoint

#: A value that is printed so often is a metric, even if it is that of the flag each time.
MOST_HELD = 2**16
#: A printed value with so many digits may be the rounded value of the flag.
_DIGITS = 3


class EchoFilter:
    """Holds back points that only repeat the values of flags.

    Examples
    --------
    >>> echoes = EchoFilter({"lr": 0.1})
    >>> points = [ScalarPoint(tag="lr", value=value, step=step) for step, value in enumerate((0.1, 0.1, 0.05))]
    >>> [point.value for point in echoes.let_through(points[:2]) + echoes.let_through(points[2:])]
    [0.1, 0.1, 0.05]
    >>> echoes.let_through([ScalarPoint(tag="lr", value=0.1, step=3)])[0].value
    0.1
    """

    def __init__(self, flags: Mapping[str, float]) -> None:
        self._flags = dict(flags)
        self._held: dict[str, list[ScalarPoint]] = {}

    def let_through(self, points: list[ScalarPoint]) -> list[ScalarPoint]:
        """Return those of the points, and of those held back before, that count."""
        if not self._flags:
            return points
        return [each for point in points for each in self._judge(point)]

    def _judge(self, point: ScalarPoint) -> Iterable[ScalarPoint]:
        if point.tag not in self._flags:
            return (point,)
        held = self._held.setdefault(point.tag, [])
        held.append(point)
        if _repeats(point.value, self._flags[point.tag]) and len(held) < MOST_HELD:
            return ()
        del self._flags[point.tag]
        return self._held.pop(point.tag)


def flag_numbers(flags: Mapping[str, object]) -> dict[str, float]:
    """Return the flags whose values can be printed as a number.

    Examples
    --------
    >>> flag_numbers({"lr": 0.1, "n": "3", "loss": "mse", "layers": [64]})
    {'lr': 0.1, 'n': 3.0}
    """
    found = {}
    for name, value in flags.items():
        if isinstance(value, bool | int | float | str):
            try:
                found[name] = float(value)
            except (ValueError, OverflowError):
                continue
    return found


def _repeats(printed: float, flag: float) -> bool:
    """Whether a printed value is that of the flag, perhaps rounded to the digits that are printed."""
    if printed == flag or (math.isnan(printed) and math.isnan(flag)):
        return True
    if not (math.isfinite(printed) and math.isfinite(flag)):
        return False
    digits = len(repr(printed).partition("e")[0].replace(".", "").strip("-0"))
    return digits >= _DIGITS and printed == float(f"{flag:.{digits}g}")
