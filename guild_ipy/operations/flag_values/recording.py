"""Finds the values by which Python values are recorded as flags, if YAML cannot express them directly.

Numbers of NumPy and of tensor libraries, paths, dates, members of enums, tuples, sets and maps of all these are
recorded by plain values; :mod:`guild_ipy.domain.forms` gives the function the value itself.
"""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any
from uuid import UUID

from guild_ipy.domain.forms import Like
from guild_ipy.domain.values.durations import format_duration, parse_duration
from guild_ipy.domain.values.flags import FlagValue, format_flag, is_flag_value
from guild_ipy.domain.values.shapes import ANYTHING, Shape, ShapeKind
from guild_ipy.operations.flag_values.annotations import enum_shape, find_shape, recorded_member

#: A collection with more values is data, not a flag.
MOST_VALUES = 1000


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The value by which a Python value is recorded, and the shape that makes such Python values from other flags."""

    value: FlagValue
    shape: Shape = ANYTHING


def record(value: Any) -> Recorded | None:  # noqa: ANN401 - any argument
    """Return the value by which a Python value is recorded; None if it cannot be recorded, as a data frame.

    Examples
    --------
    >>> from pathlib import Path
    >>> record((1, Path("a"))).value
    [1, 'a']
    """
    if is_flag_value(value):
        return Recorded(value=value)
    if isinstance(value, tuple | set | frozenset | deque | list | Mapping):
        return _record_collection(value) if len(value) <= MOST_VALUES else None
    return _record_number(value) if hasattr(value, "dtype") else _record_single(value)


def as_list(value: Any) -> list[Any] | None:  # noqa: ANN401 - any argument
    """Return an array, a tensor, a column of a frame or a range as a list; None for anything else, or if it is large.

    Examples
    --------
    >>> as_list(range(3)), as_list([1, 2]), as_list(range(10**9))
    ([0, 1, 2], None, None)
    """
    shape = (len(value),) if isinstance(value, range) else getattr(value, "shape", ())
    if not (isinstance(value, range) or hasattr(value, "dtype")) or not shape:
        return None
    try:
        if math.prod(shape) > MOST_VALUES:
            return None
        return [as_list(item) if getattr(item, "shape", ()) else item for item in value]
    except (RuntimeError, TypeError, ValueError):  # a tensor that holds no values
        return None


def _record_single(value: Any) -> Recorded | None:  # noqa: ANN401
    if isinstance(value, Enum):
        return Recorded(value=recorded_member(value), shape=enum_shape(type(value)))
    if isinstance(value, os.PathLike):
        path: str | bytes = os.fspath(value)
        return Recorded(value=path, shape=find_shape(type(value))) if isinstance(path, str) else None
    if isinstance(value, datetime | date | time):
        return Recorded(value=value.isoformat(), shape=find_shape(type(value)))
    if isinstance(value, timedelta):
        return Recorded(value=format_duration(value), shape=Shape(kind=ShapeKind.DURATION, make=parse_duration))
    if isinstance(value, Decimal | Fraction | UUID | complex):
        return Recorded(value=str(value), shape=find_shape(type(value)))
    for base in (int, float, str):  # classes that are made of these
        if isinstance(value, base):
            return Recorded(value=_as_base(value, base), shape=find_shape(type(value)))
    return None


def _as_base(value: Any, base: type) -> FlagValue:  # noqa: ANN401
    """Return the value as its built-in type; a subclass may have a ``__str__`` of its own."""
    plain: Any = {int: int.__int__, float: float.__float__, str: str.__str__}[base]
    found: FlagValue = plain(value)
    return found


def _record_number(value: Any) -> Recorded | None:  # noqa: ANN401
    """Record a number of an array library: an array without dimensions."""
    if getattr(value, "ndim", None) != 0:
        return None
    try:
        item = value.item()
    except (AttributeError, RuntimeError, TypeError, ValueError):  # a tensor that holds no value
        return None
    if isinstance(item, float):
        item = _shortest(value, item)
    if getattr(value.dtype, "kind", "") in {"M", "m"}:  # moments of NumPy, some of which it gives as numbers
        item = str(value)
    kinds = {bool: ShapeKind.BOOLEAN, int: ShapeKind.INT, float: ShapeKind.NUMBER}
    if not is_flag_value(item):
        return None
    kind = kinds.get(type(item))
    return Recorded(value=item, shape=ANYTHING if kind is None else Shape(kind=kind, make=Like(sample=value)))


def _shortest(value: Any, item: float) -> float:  # noqa: ANN401
    """Return the shortest float that the type of the value rounds to it: 0.1 for the 32-bit float nearest to 0.1."""
    try:
        short = float(f"{item:.{_DIGITS[value.dtype.itemsize]}g}")
        return short if Like(sample=value)(short) == value else item
    except (LookupError, TypeError, AttributeError, RuntimeError, ArithmeticError):
        return item


#: Bytes of a float -> decimal digits that it always keeps.
_DIGITS = {2: 3, 4: 6}


def _record_collection(value: Any) -> Recorded | None:  # noqa: ANN401
    if isinstance(value, Mapping):
        return _record_map(value) if isinstance(value, dict) else None
    items = [record(item) for item in value]
    if None in items or not _counts_few(items):
        return None
    plain = [item.value for item in items if item is not None]
    if isinstance(value, set | frozenset):
        return Recorded(value=sort_values(plain), shape=_holding(find_shape(type(value)), items))
    return Recorded(value=plain, shape=_holding(_list_shape(type(value)), items))


def _list_shape(cls: type) -> Shape:
    if cls is list or cls is deque or cls is tuple:
        return find_shape(cls)
    return Shape(kind=ShapeKind.LIST, items=(ANYTHING,), make=getattr(cls, "_make", cls))


def _holding(shape: Shape, items: Iterable[Recorded | None]) -> Shape:
    """Return the shape of a collection with that of its items, if all items have the same."""
    shapes = {item.shape for item in items if item is not None}
    if len(shapes) != 1 or not shape.items:
        return shape
    return Shape(kind=shape.kind, items=(shapes.pop(),), make=shape.make)


def _record_map(value: dict[Any, Any]) -> Recorded | None:
    keys, items = [record(key) for key in value], [record(item) for item in value.values()]
    if None in keys or None in items or not _counts_few(items):
        return None
    names = [key_text(key.value) for key in keys if key is not None]
    if len(set(names)) < len(names):
        return None
    plain = dict(zip(names, (item.value for item in items if item is not None), strict=True))
    shape = Shape(kind=ShapeKind.DICT, items=(_key_shape(keys), ANYTHING), make=None)
    return Recorded(value=plain, shape=shape)


def _key_shape(keys: Iterable[Recorded | None]) -> Shape:
    types = {type(key.value) for key in keys if key is not None}
    return find_shape(types.pop()) if len(types) == 1 else ANYTHING


def key_text(key: FlagValue) -> str:
    """Return a key of a map as text, since flags have no other keys."""
    return key if isinstance(key, str) else format_flag(key)


def sort_values(values: list[FlagValue]) -> list[FlagValue]:
    """Sort the values of a set: numbers by size, all others by their repr."""
    return sorted(values, key=lambda each: (not _is_number(each), each if _is_number(each) else 0, repr(each)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _counts_few(items: Iterable[Recorded | None]) -> bool:
    return sum(_size(item.value) for item in items if item is not None) <= MOST_VALUES


def _size(value: FlagValue) -> int:
    if isinstance(value, dict):
        return sum(map(_size, value.values())) + 1
    return sum(map(_size, value)) + 1 if isinstance(value, list) else 1
