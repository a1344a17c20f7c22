"""Values of a flag that ask for several trials.

===========================  =========================================
``[0.1, 0.01]``              a list, for a flag that takes no list
``[0.1]*3``                  the items of a list, repeated
``[[8, 8], [16]]``           a list of lists, for a flag that takes one
``range[START:END:STEP]``    END is included; STEP is 1 if left out
``linspace[START:END:N]``    N evenly spaced values, 5 if left out
``logspace[A:B:N:BASE]``     BASE to the power of each; 5 values of 10
===========================  =========================================

The functions are those of Guild AI 0.9.0. In Python a range and an array of one dimension count as lists. Each item of
typed text is read as if it had been typed alone: ``[001, 2]`` are two texts for a flag that is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from guild_ipy.batch.search.search_space import Space, read_space
from guild_ipy.domain.values.flags import FlagDef, FlagType
from guild_ipy.domain.values.shapes import ShapeKind
from guild_ipy.errors import FlagError
from guild_ipy.operations.flag_values.flag_binding import check_flag, takes_list
from guild_ipy.operations.flag_values.recording import as_list, record
from guild_ipy.operations.flag_values.typed_text import NULL_WORDS, FlagText, split_list

#: More trials than anybody means.
MOST_TRIALS = 100_000

_FUNCTION = re.compile(r"(?P<name>[a-z]+)\[(?P<arguments>[^\[\]]*)\]", re.ASCII)
_REPEATED = re.compile(r"(?P<list>\[.*\])\s*\*\s*(?P<times>[0-9]{1,9})", re.ASCII | re.DOTALL)
_WITH_ARGUMENTS = re.compile(r"[a-z]+\[.*\]", re.ASCII | re.DOTALL)
_SCALARS = frozenset({FlagType.INT, FlagType.FLOAT, FlagType.NUMBER, FlagType.BOOLEAN, FlagType.STRING})
_NUMBERS = frozenset({ShapeKind.ANY, ShapeKind.INT, ShapeKind.FLOAT, ShapeKind.NUMBER, ShapeKind.BOOLEAN})
_SCALAR_SHAPES = frozenset({ShapeKind.INT, ShapeKind.FLOAT, ShapeKind.NUMBER, ShapeKind.BOOLEAN, ShapeKind.STRING})


def may_be_sequence(value: object) -> bool:
    """Whether a value can ask for several trials, for some flag."""
    if isinstance(value, FlagText):
        return value.lstrip().startswith("[") or _WITH_ARGUMENTS.fullmatch(value.strip()) is not None
    return isinstance(value, list | range | Space) or _is_array(value)


def read_sequence(definition: FlagDef, given: Any, operation: str) -> list[Any] | None:  # noqa: ANN401 - as it was given
    """Return the values of a flag that asks for several trials; None for a single value, and for a space.

    Raises
    ------
    FlagError
        For an empty list, and a function with wrong arguments.

    Examples
    --------
    >>> read_sequence(FlagDef(name="n"), FlagText("range[1:3]"), "train()")
    [1, 2, 3]
    """
    if read_space(definition, given, operation) is not None:
        return None
    if isinstance(given, FlagText):
        values = _read_text(definition, FlagText(given.strip()), operation)
    elif takes_list(definition):
        values = _read_lists(definition, given, operation)
    else:
        values = _read_python(definition, given, operation)
    if values is None:
        return None
    if not values:
        raise FlagError(
            f"flag {definition.name!r} of {operation} is given an empty list, which makes no trial; give it values",
            flag=definition.name,
        )
    if len(values) > MOST_TRIALS:
        raise FlagError(
            f"flag {definition.name!r} of {operation} is given {len(values):,} values; "
            f"at most {MOST_TRIALS:,} trials can be made",
            flag=definition.name,
        )
    return values


def _read_text(definition: FlagDef, text: FlagText, operation: str) -> list[Any] | None:
    function = _FUNCTION.fullmatch(text)
    if function is not None and function["name"] in _FUNCTIONS:
        return _call(function["name"], function["arguments"], definition, operation)
    repeated = _REPEATED.fullmatch(text)
    items = split_list(text if repeated is None else repeated["list"])
    if items is None:
        return None
    values: list[Any] | None = items
    if takes_list(definition):
        opening = "[({" if definition.shape is not None and definition.shape.kind is ShapeKind.SET else "[("
        nested = [None if item in NULL_WORDS else [] if item[0] in opening else item for item in items]
        values = items if _is_nested(definition, nested, text, operation) else None
    if repeated is None or values is None:
        return values
    times = min(int(repeated["times"]), MOST_TRIALS + 1)
    return values * times


def _read_lists(definition: FlagDef, given: Any, operation: str) -> list[Any] | None:  # noqa: ANN401
    """Return the items of a list of lists; arrays and ranges among them as lists, so that all trials get the same."""
    if not _is_nested(definition, given, given, operation):
        return None
    return [_as_plain(item) for item in given]


def _is_nested(definition: FlagDef, items: Any, given: Any, operation: str) -> bool:  # noqa: ANN401
    """Whether all items are lists, or None for a flag that can be None, and they are not one value of the flag."""
    if not isinstance(items, list) or not any(map(_is_list, items)):
        return False
    is_each = all(_is_list(item) or (item is None and definition.nullable) for item in items)
    return is_each and not _is_one_value(definition, given, operation)


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple | set | frozenset | range) or _is_array(value)


def _as_plain(value: Any) -> Any:  # noqa: ANN401 - an item of a list
    found = record(as_list(value))
    return value if found is None or found.value is None else found.value


def _is_one_value(definition: FlagDef, given: Any, operation: str) -> bool:  # noqa: ANN401 - as above
    """Whether a list of lists is one value of a flag that takes a list."""
    if definition.shape is None or all(item.kind is ShapeKind.ANY for item in definition.shape.items):
        default = definition.default  # it says more about the items
        return isinstance(default, list) and any(isinstance(item, list) for item in default)
    try:
        check_flag(definition, given, operation)
    except FlagError:
        return False
    return True


def _read_python(definition: FlagDef, given: Any, operation: str) -> list[Any] | None:  # noqa: ANN401 - as above
    """Return the items of a list, or of a range or an array for a flag that takes numbers or texts.

    A list of objects that cannot be recorded is an object, which goes to the function as it is.
    """
    if not isinstance(given, list):
        is_series = _takes_scalar(definition) and (isinstance(given, range) or _is_array(given))
        return list(given[: MOST_TRIALS + 1]) if is_series else None
    recorded = [record(item) for item in given[:MOST_TRIALS]]
    kinds = {None if each is None else each.shape.kind for each in recorded}
    if None in kinds:
        return None
    if definition.shape is None and len(kinds) > 1 and not kinds <= _NUMBERS:
        types = ", ".join(sorted({type(item).__name__ for item in given[:MOST_TRIALS]}))
        raise FlagError(
            f"flag {definition.name!r} of {operation} is given values of different kinds ({types}), which a batch "
            f"cannot tell apart; give all as one kind",
            flag=definition.name,
        )
    return given


def _takes_scalar(definition: FlagDef) -> bool:
    """Whether a flag takes numbers or texts, so that an array is not a value of it."""
    if definition.shape is not None:
        return definition.shape.kind in _SCALAR_SHAPES
    return definition.type in _SCALARS or isinstance(definition.default, bool | int | float | str)


def _is_array(value: object) -> bool:
    """Whether a value is an array or Series of one dimension, of a library that is not loaded here."""
    return getattr(value, "ndim", None) == 1 and callable(getattr(value, "tolist", None))


# -- functions


def _call(name: str, text: str, definition: FlagDef, operation: str) -> list[Any]:
    function, most = _FUNCTIONS[name]
    words = text.split(":")
    try:
        values = function(*map(_number, words)) if 2 <= len(words) <= most else None  # noqa: PLR2004 - start and end
    except ValueError as error:
        why = str(error)
    else:
        if values is not None:
            return values
        why = f"it takes START:END{_MORE[name]}"
    raise FlagError(
        f"{name}[{text}] for flag {definition.name!r} of {operation} cannot be read: {why}", flag=definition.name
    )


def _number(word: str) -> Decimal:
    try:
        number = Decimal(word.strip())
    except InvalidOperation:
        raise ValueError(f"{word.strip()!r} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{word.strip()!r} is not a finite number")
    return number


def _range(start: Decimal, end: Decimal, step: Decimal = Decimal(1)) -> list[int | float]:
    if step == 0:
        raise ValueError("the step is 0")
    if (end - start) / step < 0:
        raise ValueError(f"steps of {step} do not lead from {start} to {end}")
    try:
        count = int((end - start) // step) + 1
    except ArithmeticError as error:  # more digits than a Decimal has
        raise ValueError(f"at most {MOST_TRIALS:,} trials can be made") from error
    _check_count(count)
    is_whole = all(each.as_tuple().exponent == 0 for each in (start, end, step))
    values = (start + step * number for number in range(count))
    return [int(value) if is_whole else float(value) for value in values]


def _linspace(start: Decimal, end: Decimal, count: Decimal = Decimal(5)) -> list[float]:
    whole = _whole_count(count)
    if whole == 1:
        return [float(start)]
    return [float(start + (end - start) * number / (whole - 1)) for number in range(whole)]


def _logspace(start: Decimal, end: Decimal, count: Decimal = Decimal(5), base: Decimal = Decimal(10)) -> list[float]:
    if base <= 0:
        raise ValueError(f"the base {base} is not above 0")
    try:
        return [float(base) ** exponent for exponent in _linspace(start, end, count)]
    except OverflowError as error:
        raise ValueError("a value is too large for a float") from error


def _whole_count(count: Decimal) -> int:
    if count != count.to_integral_value() or count < 1:
        raise ValueError(f"the number of values is {count}, not a whole number above 0")
    _check_count(int(count))
    return int(count)


def _check_count(count: int) -> None:
    if count > MOST_TRIALS:
        raise ValueError(f"it has {count:,} values; at most {MOST_TRIALS:,} trials can be made")


_FUNCTIONS: Mapping[str, tuple[Callable[..., list[Any]], int]] = {
    "range": (_range, 3),
    "linspace": (_linspace, 3),
    "logspace": (_logspace, 4),
}
_MORE = {"range": " or START:END:STEP", "linspace": " or START:END:N", "logspace": ", START:END:N or START:END:N:BASE"}
