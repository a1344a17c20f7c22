"""Converts a given value to the value that is recorded for a shape, or refuses it.

Text as typed (``FlagText``) is read according to the shape: ``4`` is a number for one and a path for another. Text from
Python stays text, except for shapes that are recorded as text: paths, dates, members of enums.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from guild_ipy.domain.values.durations import format_duration, parse_duration
from guild_ipy.domain.values.flags import FlagType, FlagValue
from guild_ipy.domain.values.shapes import Shape, ShapeKind
from guild_ipy.operations.flag_values.recording import key_text, record, sort_values
from guild_ipy.operations.flag_values.shape_match import matches
from guild_ipy.operations.flag_values.typed_text import NULL_WORDS, FlagText, parse_flag_value, read_collections


class NoConversion(ValueError):
    """The value does not fit the shape."""


def convert(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401 - whatever is given
    """Return the value to record for a value that is given for a flag of this shape.

    Raises
    ------
    NoConversion
        If the value does not fit the shape.

    Examples
    --------
    >>> convert(Shape(kind=ShapeKind.DATE), FlagText("20241231"))
    '2024-12-31'
    """
    return _CONVERTERS[shape.kind](shape, value)


def _recorded(value: Any) -> FlagValue:  # noqa: ANN401
    found = record(value)
    if found is None:
        raise NoConversion
    return found.value


def _convert_any(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401, ARG001 - as all of them
    return parse_flag_value(value) if isinstance(value, FlagText) else _recorded(_untyped(value))


def _untyped(value: Any) -> Any:  # noqa: ANN401
    """Convert typed text within a collection."""
    if isinstance(value, FlagText):
        return None if value in NULL_WORDS else parse_flag_value(value)
    if isinstance(value, dict):
        return {_untyped(key): _untyped(item) for key, item in value.items()}
    return [_untyped(item) for item in value] if type(value) is list else value


def _convert_null(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401, ARG001
    if value is None or (isinstance(value, FlagText) and value in NULL_WORDS):
        return None
    raise NoConversion


def _convert_simple(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401
    """Convert a number, a truth value or text."""
    typed = isinstance(value, FlagText)
    found = parse_flag_value(value, FlagType(shape.kind.value)) if typed else _recorded(value)
    if type(found) not in _SIMPLE[shape.kind]:
        raise NoConversion
    if shape.kind is not ShapeKind.FLOAT or not isinstance(found, int):
        return found
    try:
        return float(found)
    except OverflowError as error:
        raise NoConversion from error


_SIMPLE: Mapping[ShapeKind, tuple[type, ...]] = {
    ShapeKind.BOOLEAN: (bool,),
    ShapeKind.INT: (int,),
    ShapeKind.FLOAT: (int, float),
    ShapeKind.NUMBER: (int, float),
    ShapeKind.STRING: (str,),
}


# -- words


def _convert_literal(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401
    if not isinstance(value, FlagText):
        value = _recorded(value)
        found = [choice for choice in shape.choices if type(choice) is type(value) and choice == value]
    else:
        read = None if value in NULL_WORDS else parse_flag_value(value)
        found = [choice for choice in shape.choices if choice == str(value)]
        found += [choice for choice in shape.choices if type(choice) is type(read) and choice == read]
    if not found:
        raise NoConversion
    chosen: FlagValue = found[0]
    return chosen


def _convert_enum(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401
    """Find a member by its recorded value or its name; the case does not matter if one member fits."""
    if not isinstance(value, FlagText):
        value = _recorded(value)
    read = parse_flag_value(value) if isinstance(value, FlagText) else value
    named = list(zip(shape.choices, shape.names, strict=True))
    ways: tuple[Callable[[Any, tuple[str, ...]], bool], ...] = (
        lambda choice, _: type(choice) is type(read) and choice == read,
        lambda choice, _: choice == value,
        lambda _, names: str(value) in names or str(read) in names,
        lambda choice, names: str(value).casefold() in {str(each).casefold() for each in (choice, *names)},
    )
    for is_meant in ways:
        found = [choice for choice, names in named if is_meant(choice, names)]
        if len(found) == 1:
            chosen: FlagValue = found[0]
            return chosen
    raise NoConversion


def _convert_flags(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401
    if not isinstance(value, FlagText):
        value = _recorded(value)
    read = parse_flag_value(value) if isinstance(value, FlagText) else value
    numbers = dict(zip((names[0] for names in shape.names), shape.choices, strict=True))
    if type(read) is int:
        return _names_of(read, numbers)
    known = {name.casefold(): name for name in numbers}
    words = [word.strip().casefold() for word in str(value).split("|")]
    if not isinstance(value, str) or not all(word in known for word in words):
        raise NoConversion
    return "|".join(dict.fromkeys(known[word] for word in words))


def _names_of(number: int, numbers: Mapping[str, int]) -> FlagValue:
    names = [name for name, bit in numbers.items() if bit and number & bit == bit]
    if sum({numbers[name] for name in names if numbers[name].bit_count() == 1}) != number:
        raise NoConversion
    return "|".join(names) if names else 0


# -- what is recorded as text


def _convert_text(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and shape.kind in _FROM_NUMBERS:
        value = str(value)
    text = _plain(value) if isinstance(value, FlagText) else _recorded(value)
    if type(text) is not str:
        raise NoConversion
    if shape.kind is ShapeKind.DATE and isinstance(value, datetime):
        return text
    try:
        return _CANONICAL[shape.kind](text)
    except (ValueError, ArithmeticError) as error:
        raise NoConversion from error


def _plain(text: FlagText) -> object:
    """Remove the quotes from typed text."""
    return parse_flag_value(text, FlagType.STRING)


def _path(text: str) -> str:
    if "\0" in text:
        raise ValueError
    return text


def _decimal(text: str) -> str:
    return str(Decimal(text.strip()))


def _complex(text: str) -> str:
    return str(complex(text.replace(" ", "").replace("i", "j")))


_FROM_NUMBERS = {ShapeKind.DURATION, ShapeKind.DECIMAL, ShapeKind.FRACTION, ShapeKind.COMPLEX}
_CANONICAL: Mapping[ShapeKind, Callable[[str], str]] = {
    ShapeKind.PATH: _path,
    ShapeKind.DATE: lambda text: date.fromisoformat(text).isoformat(),
    ShapeKind.DATETIME: lambda text: datetime.fromisoformat(text).isoformat(),
    ShapeKind.TIME: lambda text: time.fromisoformat(text).isoformat(),
    ShapeKind.DURATION: lambda text: format_duration(parse_duration(text)),
    ShapeKind.DECIMAL: _decimal,
    ShapeKind.FRACTION: lambda text: str(Fraction(text)),
    ShapeKind.UUID: lambda text: str(UUID(text)),
    ShapeKind.COMPLEX: _complex,
}


# -- collections


def _convert_collection(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401
    """Convert a list, a tuple, a set or a map; text may be read in two ways, of which the first that fits counts."""
    convert_items = _convert_map if shape.kind is ShapeKind.DICT else _convert_items
    for each in read_collections(value) if isinstance(value, FlagText) else (value,):
        with suppress(NoConversion):
            return convert_items(shape, each)
    raise NoConversion


def _convert_items(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401
    if isinstance(value, dict) and shape.kind is ShapeKind.SET:  # {a, b} as YAML reads it
        if any(item not in {None, ""} for item in value.values()):
            raise NoConversion
        value = list(value)
    if isinstance(value, str) or not isinstance(value, _LISTS):
        raise NoConversion
    items = shape.items if shape.kind is ShapeKind.TUPLE else shape.items * len(value)
    if len(items) != len(value):
        raise NoConversion
    converted = [convert(item, each) for item, each in zip(items, value, strict=True)]
    if shape.kind is not ShapeKind.SET:
        return converted
    return sort_values(list({repr(each): each for each in converted}.values()))


def _convert_map(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401
    if not isinstance(value, Mapping) or any(isinstance(item, FlagText) and not item for item in value.values()):
        raise NoConversion  # {a:b} is a name without a value, in YAML
    keys, items = shape.items
    return {key_text(convert(keys, _key(keys, key))): convert(items, item) for key, item in value.items()}


def _key(keys: Shape, key: Any) -> Any:  # noqa: ANN401
    """Return a recorded key, which is text, so that it is read as a number if the map has numbers as keys."""
    return FlagText(key) if type(key) is str and keys.kind in _SIMPLE and keys.kind is not ShapeKind.STRING else key


# -- unions


def _convert_union(shape: Shape, value: Any) -> FlagValue:  # noqa: ANN401
    exact = [] if isinstance(value, FlagText) else [each for each in shape.items if matches(each, value)]
    for each in (*exact, *shape.items):
        with suppress(NoConversion):
            return convert(each, value)
    raise NoConversion


_LISTS = (list, tuple, set, frozenset, deque)
_CONVERTERS: Mapping[ShapeKind, Callable[[Shape, Any], FlagValue]] = {
    ShapeKind.ANY: _convert_any,
    ShapeKind.NULL: _convert_null,
    **dict.fromkeys(_SIMPLE, _convert_simple),
    ShapeKind.LITERAL: _convert_literal,
    ShapeKind.ENUM: _convert_enum,
    ShapeKind.FLAGS: _convert_flags,
    **dict.fromkeys(_CANONICAL, _convert_text),
    **dict.fromkeys((ShapeKind.LIST, ShapeKind.SET, ShapeKind.TUPLE, ShapeKind.DICT), _convert_collection),
    ShapeKind.UNION: _convert_union,
}
