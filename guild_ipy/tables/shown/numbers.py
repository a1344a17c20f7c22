"""Numbers that are short and stand with their points below each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

_DIGITS = 4
#: Of the option ``display.precision``, which counts decimals in pandas: a user who changes it wants that many digits.
_USUAL_PRECISION = 6
#: Numbers that are farther apart would need too many decimals.
_WIDEST = 1000.0
#: Whole numbers from here on are written with an exponent.
_LONGEST = 1e7
_MOST_DECIMALS = 6


def number_texts(values: Sequence[float | None]) -> list[str]:
    """Write the numbers of a column in as many digits as it takes to tell them apart at a glance.

    Examples
    --------
    >>> number_texts([0.51234567, 0.0321, None]), number_texts([0.1, 0.00001]), number_texts([3.0, 12.0])
    (['0.5123', '0.0321', ''], ['0.1', '1e-05'], ['3', '12'])
    """
    written = pd.get_option("display.float_format")
    if written is not None:
        return ["" if value is None else str(written(value)) for value in values]
    decimals = _common_decimals([abs(each) for each in values if each is not None and math.isfinite(each) and each])
    return ["" if value is None else _write(value, decimals) for value in values]


def brief_number(value: float) -> str:
    """Write one number.

    Examples
    --------
    >>> brief_number(0.123456), brief_number(12345.67), brief_number(2.5e-7), brief_number(float("inf"))
    ('0.1235', '12346', '2.5e-07', 'inf')
    """
    if 10 ** _digits() <= abs(value) < _LONGEST:
        return f"{value:.0f}"
    return f"{value:.{_digits()}g}"


def _write(value: float, decimals: int | None) -> str:
    return brief_number(value) if decimals is None or not math.isfinite(value) else f"{value:.{decimals}f}"


def _common_decimals(sizes: Sequence[float]) -> int | None:
    """Return how many decimals all numbers get; None if each has its own."""
    if not sizes:
        return 0
    least, greatest = min(sizes), max(sizes)
    if greatest / least > _WIDEST or greatest >= _LONGEST:
        return None
    needed = max(0, _digits() - 1 - _magnitude(greatest), 1 - _magnitude(least))
    if needed > max(_MOST_DECIMALS, _digits()):
        return None
    return max(len(f"{size:.{needed}f}".rstrip("0").partition(".")[2]) for size in sizes)


def _magnitude(size: float) -> int:
    return math.floor(math.log10(size))


def _digits() -> int:
    precision = int(pd.get_option("display.precision"))
    return _DIGITS if precision == _USUAL_PRECISION else max(1, precision)
