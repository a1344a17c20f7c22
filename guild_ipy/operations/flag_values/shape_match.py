"""Tests whether a Python value already has the type that an annotation means, so that it needs no conversion."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any
from uuid import UUID

from guild_ipy.domain.values.shapes import Shape, ShapeKind


def matches(shape: Shape, value: Any) -> bool:  # noqa: ANN401
    """Whether a Python value has the type that an annotation of this shape means."""
    if shape.kind is ShapeKind.UNION:
        return any(matches(each, value) for each in shape.items)
    if shape.kind in _NUMBERS:
        return not isinstance(value, bool) and (isinstance(value, _NUMBERS[shape.kind]) or hasattr(value, "dtype"))
    if shape.kind in _CLASSES:
        return isinstance(value, _CLASSES[shape.kind])
    if shape.kind in {ShapeKind.ENUM, ShapeKind.FLAGS}:
        return isinstance(value, Enum)
    if shape.kind is ShapeKind.DICT:
        keys, items = shape.items
        return isinstance(value, Mapping) and all(matches(keys, k) and matches(items, v) for k, v in value.items())
    if shape.kind in {ShapeKind.LIST, ShapeKind.SET, ShapeKind.TUPLE}:
        return _match_items(shape, value)
    if shape.kind is ShapeKind.LITERAL:
        return any(type(choice) is type(value) and choice == value for choice in shape.choices)
    return shape.kind is ShapeKind.ANY


def _match_items(shape: Shape, value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, _LISTS) or isinstance(value, set | frozenset) is not (shape.kind is ShapeKind.SET):
        return False
    cls = getattr(shape.make, "__self__", shape.make)  # of a named tuple it is a method
    if isinstance(cls, type) and shape.kind is not ShapeKind.SET and not isinstance(value, cls):
        return False
    items = shape.items if shape.kind is ShapeKind.TUPLE else shape.items * len(value)
    return len(items) == len(value) and all(matches(item, each) for item, each in zip(items, value, strict=True))


_LISTS = (list, tuple, set, frozenset, deque)
_NUMBERS: Mapping[ShapeKind, Any] = {
    ShapeKind.INT: int,
    ShapeKind.FLOAT: float,
    ShapeKind.NUMBER: (int, float),
}
_CLASSES: Mapping[ShapeKind, Any] = {
    ShapeKind.NULL: type(None),
    ShapeKind.BOOLEAN: bool,
    ShapeKind.STRING: str,
    ShapeKind.PATH: os.PathLike,
    ShapeKind.DATE: date,
    ShapeKind.DATETIME: datetime,
    ShapeKind.TIME: time,
    ShapeKind.DURATION: timedelta,
    ShapeKind.DECIMAL: Decimal,
    ShapeKind.FRACTION: Fraction,
    ShapeKind.UUID: UUID,
    ShapeKind.COMPLEX: complex,
}
