"""Checks of values in Python, for those that SQLite cannot make.

Truth values are the numbers 1 and 0. A number never equals a text and has no order with one; a NaN equals NaN and has
no order; no check lets None pass.
"""

from __future__ import annotations

import json
import math
import operator
import re
import warnings
from collections.abc import Callable, Sequence
from enum import Enum
from functools import lru_cache, partial
from typing import Any, TypeAlias

from guild_ipy.domain.choosing.operation_name import is_operation_named
from guild_ipy.domain.values.flags import FlagValue

Operand: TypeAlias = "FlagValue | tuple[FlagValue, ...]"


class Check(Enum):
    """A check of a value; the value is compared with an `Operand`."""

    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    AMONG = "in"
    """One of a tuple."""
    CONTAINS = "contains"
    """A pair: the value that a list has, and the text that any other value has in it."""
    MATCHES = "matches"
    """A regular expression that is found in the text, or in one of a list."""
    NAMES = "names"
    """One of several names of operations, of a name in listings: :mod:`guild_ipy.domain.choosing.operation_name`."""
    DEFINED = "is not undefined"
    """Whatever it is."""


def compile_check(check: Check, operand: Operand) -> Callable[[FlagValue], bool]:
    """Return a function that tells whether a value, which is not None, passes.

    Examples
    --------
    >>> is_small = compile_check(Check.LESS, 1)
    >>> is_small(0.5), is_small("0.5")
    (True, False)
    """
    return partial(_CHECKS[check], operand)


def equal(one: FlagValue, other: FlagValue) -> bool:
    """Return whether two values are the same."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other or (_is_nan(one) and _is_nan(other))


def text_of(value: FlagValue) -> str:
    """Return a value as the text that ``contains`` and ``matches`` look at."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value) if isinstance(value, float) or abs(value) < 10**4000 else "inf"  # Python's limit
    return json.dumps(value, ensure_ascii=False)


def has_text(text: str, part: str) -> bool:
    """Return whether `part` occurs in `text`, whatever the case.

    A part in ASCII is compared as SQLite does: only A to Z have two cases.
    """
    if part.isascii():
        return part.lower().encode() in text.encode("utf-8", "surrogatepass").lower()
    return part.lower() in text.lower()


@lru_cache(maxsize=64)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a regular expression; re.error, OverflowError or RecursionError if it is not one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # about syntax that other versions may read differently
        return re.compile(pattern)


def _has(operand: Any, value: FlagValue) -> bool:  # noqa: ANN401 - a pair
    member, part = operand
    if isinstance(value, list):
        return any(equal(item, member) for item in value)
    return has_text(text_of(value), part)


def _matches(pattern: Any, value: FlagValue) -> bool:  # noqa: ANN401 - text
    texts = map(text_of, value) if isinstance(value, list) else [text_of(value)]
    search = compile_pattern(pattern).search
    return any(search(text) for text in texts)


def _is_among(operand: Sequence[FlagValue], value: FlagValue) -> bool:
    return any(equal(value, each) for each in operand)


def _is_named(names: Any, value: FlagValue) -> bool:  # noqa: ANN401 - texts
    return isinstance(value, str) and is_operation_named(value, names)


def _in_order(compare: Callable[[Any, Any], bool]) -> Callable[[Any, FlagValue], bool]:
    def check(operand: Any, value: FlagValue) -> bool:  # noqa: ANN401 - a number or text
        if isinstance(value, str):
            return isinstance(operand, str) and compare(value, operand)
        return isinstance(value, int | float) and not isinstance(operand, str) and compare(value, operand)

    return check


def _is_defined(_operand: Operand, _value: FlagValue) -> bool:
    return True


def _is_nan(value: FlagValue) -> bool:
    return isinstance(value, float) and math.isnan(value)


_CHECKS: dict[Check, Callable[[Any, FlagValue], bool]] = {
    Check.EQUAL: equal,
    Check.LESS: _in_order(operator.lt),
    Check.AT_MOST: _in_order(operator.le),
    Check.MORE: _in_order(operator.gt),
    Check.AT_LEAST: _in_order(operator.ge),
    Check.AMONG: _is_among,
    Check.CONTAINS: _has,
    Check.MATCHES: _matches,
    Check.NAMES: _is_named,
    Check.DEFINED: _is_defined,
}
