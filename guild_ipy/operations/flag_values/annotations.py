"""Finds the shape that an annotation stands for; see :mod:`guild_ipy.domain.values.shapes`.

An unknown class (a data frame, a callable) stands for any value, and so does a union that it is part of.
"""

from __future__ import annotations

import collections.abc
import os
import pathlib
import types
import typing
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, Flag
from fractions import Fraction
from typing import Any
from uuid import UUID

from guild_ipy.domain.values.durations import parse_duration
from guild_ipy.domain.values.flags import FlagValue, is_flag_value
from guild_ipy.domain.values.shapes import ANYTHING, Shape, ShapeKind

NULL = Shape(kind=ShapeKind.NULL)


def find_shape(hint: Any) -> Shape:  # noqa: ANN401 - whatever stands as an annotation
    """Return the shape that an annotation stands for.

    Examples
    --------
    >>> find_shape(int | None).items == (NULL, Shape(kind=ShapeKind.INT))
    True
    """
    hint = _strip(hint)
    if hint is None or hint is types.NoneType:
        return NULL
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return join_shapes([find_shape(each) for each in arguments])
    if origin is typing.Literal:
        return _literal(arguments)
    return _class_shape(origin or hint, arguments)


def enum_shape(cls: type[Enum]) -> Shape:
    """Return the shape of an enum: its members, each with its names."""
    if issubclass(cls, Flag):
        members = {name: member for name, member in cls.__members__.items() if isinstance(member.value, int)}
        return Shape(
            kind=ShapeKind.FLAGS,
            choices=tuple(member.value for member in members.values()),
            names=tuple((name,) for name in members),
            make=cls,
        )
    return _members_shape(cls, list(cls))


def recorded_member(member: Enum) -> FlagValue:
    """Return the value by which a member of an enum is recorded."""
    value = member.value
    if isinstance(member, Flag):
        return member.name or int(value)
    if isinstance(value, str) or (isinstance(member, int | float) and is_flag_value(value)):
        found: FlagValue = str(value) if isinstance(value, str) else value
        return found
    return member.name


def join_shapes(shapes: list[Shape]) -> Shape:
    """Return the union of shapes, ordered so that shapes that accept fewer texts come first."""
    flat = [each for shape in shapes for each in (shape.items if shape.kind is ShapeKind.UNION else (shape,))]
    if ANYTHING in flat:
        return ANYTHING
    ordered = tuple(sorted(dict.fromkeys(flat), key=lambda each: _RANKS.get(each.kind, len(_RANKS))))
    return ordered[0] if len(ordered) == 1 else Shape(kind=ShapeKind.UNION, items=ordered)


_RANKS = {
    kind: rank
    for rank, kind in enumerate(
        (
            ShapeKind.NULL,
            ShapeKind.LITERAL,
            ShapeKind.ENUM,
            ShapeKind.BOOLEAN,
            ShapeKind.INT,
            ShapeKind.FLOAT,
            ShapeKind.NUMBER,
            ShapeKind.FLAGS,
            ShapeKind.UUID,
            ShapeKind.DATE,
            ShapeKind.TIME,
            ShapeKind.DATETIME,
            ShapeKind.DECIMAL,
            ShapeKind.FRACTION,
            ShapeKind.COMPLEX,
            ShapeKind.DURATION,
            ShapeKind.TUPLE,
            ShapeKind.LIST,
            ShapeKind.SET,
            ShapeKind.DICT,
            ShapeKind.PATH,
            ShapeKind.STRING,
        )
    )
}


def _strip(hint: Any) -> Any:  # noqa: ANN401
    """Remove the parts that do not restrict the value: ``Annotated``, ``Final``, names of types."""
    while True:
        if typing.get_origin(hint) in _WRAPPERS:
            hint = typing.get_args(hint)[0]
        elif isinstance(hint, typing.NewType):
            hint = hint.__supertype__
        elif type(hint).__name__ == "TypeAliasType":  # type X = ..., from Python 3.12 on
            hint = hint.__value__
        elif isinstance(hint, typing.TypeVar):
            constraints = hint.__constraints__
            hint = typing.Union[constraints] if constraints else hint.__bound__ or Any  # noqa: UP007 - made of values
        else:
            return hint


_WRAPPERS = (typing.Annotated, typing.Final, typing.ClassVar, typing.Required, typing.NotRequired)


def _literal(values: tuple[Any, ...]) -> Shape:
    members = [value for value in values if isinstance(value, Enum)]
    others = tuple(value for value in values if is_flag_value(value))
    if len(members) + len(others) < len(values):  # bytes
        return ANYTHING
    classes = dict.fromkeys(map(type, members))
    shapes = [_members_shape(cls, [each for each in members if type(each) is cls]) for cls in classes]
    return join_shapes([*shapes, *([Shape(kind=ShapeKind.LITERAL, choices=others)] if others else [])])


def _members_shape(cls: type[Enum], members: list[Any]) -> Shape:
    if not members:
        return ANYTHING
    names = tuple(tuple(dict.fromkeys(_words_for(cls, member))) for member in members)
    return Shape(kind=ShapeKind.ENUM, choices=tuple(map(recorded_member, members)), names=names, make=cls)


def _words_for(cls: type[Enum], member: Enum) -> Iterator[str]:
    """Return the names of a member, its own first, and its value if that can be typed."""
    yield member.name
    yield from (name for name, each in cls.__members__.items() if each is member)
    if isinstance(member.value, bool | int | float | str):
        yield str(member.value)


def _class_shape(cls: Any, arguments: tuple[Any, ...]) -> Shape:  # noqa: ANN401
    if not isinstance(cls, type):
        return ANYTHING
    if issubclass(cls, Enum):
        return enum_shape(cls)
    if cls in _SIMPLE:
        return Shape(kind=_SIMPLE[cls])
    for base, kind, maker in _TEXTS:
        if issubclass(cls, base):
            return Shape(kind=kind, make=maker(cls))
    if cls.__module__ == "numpy":
        return _numpy_shape(cls)
    for base, kind in _SIMPLE.items():
        if issubclass(cls, base):
            return Shape(kind=kind, make=cls)
    return _collection_shape(cls, arguments)


def _date_maker(cls: Any) -> Callable[[str], Any]:  # noqa: ANN401 - a class of dates or times
    maker: Callable[[str], Any] = cls.fromisoformat
    return maker


def _path_maker(cls: type) -> Callable[[str], Any]:
    return pathlib.Path if cls is os.PathLike else cls


def _same(cls: type) -> Callable[[str], Any]:
    return cls


def _duration_maker(_: type) -> Callable[[str], timedelta]:
    return parse_duration


_SIMPLE: dict[type, ShapeKind] = {
    bool: ShapeKind.BOOLEAN,
    int: ShapeKind.INT,
    float: ShapeKind.FLOAT,
    str: ShapeKind.STRING,
}
#: Classes whose values are recorded as text; the first that fits counts.
_TEXTS: tuple[tuple[type, ShapeKind, Callable[[type], Callable[[str], Any]]], ...] = (
    (datetime, ShapeKind.DATETIME, _date_maker),
    (date, ShapeKind.DATE, _date_maker),
    (time, ShapeKind.TIME, _date_maker),
    (timedelta, ShapeKind.DURATION, _duration_maker),
    (os.PathLike, ShapeKind.PATH, _path_maker),
    (Decimal, ShapeKind.DECIMAL, _same),
    (Fraction, ShapeKind.FRACTION, _same),
    (UUID, ShapeKind.UUID, _same),
    (complex, ShapeKind.COMPLEX, _same),
)


def _numpy_shape(cls: type) -> Shape:
    """Return the shape of a class of NumPy's numbers, known by the names of its bases: NumPy may not be loaded."""
    bases = {base.__name__ for base in cls.__mro__}
    make = None if cls.__subclasses__() else cls
    for name, kind in (("bool", ShapeKind.BOOLEAN), ("bool_", ShapeKind.BOOLEAN), ("integer", ShapeKind.INT)):
        if name in bases:
            return Shape(kind=kind, make=make)
    return Shape(kind=ShapeKind.FLOAT, make=make) if "floating" in bases else ANYTHING


def _collection_shape(cls: Any, arguments: tuple[Any, ...]) -> Shape:  # noqa: ANN401
    if cls is tuple:
        return _tuple_shape(arguments)
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        hints = [typing.get_type_hints(cls).get(name, Any) for name in cls._fields]
        return Shape(kind=ShapeKind.TUPLE, items=tuple(map(find_shape, hints)), make=cls._make)
    item = find_shape(arguments[0]) if arguments else ANYTHING
    if cls in _MAPS:
        items = tuple(map(find_shape, arguments)) if len(arguments) == 2 else (ANYTHING, ANYTHING)  # noqa: PLR2004 - keys and values
        return Shape(kind=ShapeKind.DICT, items=items)
    if cls in _SETS:
        return Shape(kind=ShapeKind.SET, items=(item,), make=_SETS[cls])
    return Shape(kind=ShapeKind.LIST, items=(item,), make=_LISTS[cls]) if cls in _LISTS else ANYTHING


def _tuple_shape(arguments: tuple[Any, ...]) -> Shape:
    if not arguments or arguments[-1] is Ellipsis:
        item = find_shape(arguments[0]) if arguments else ANYTHING
        return Shape(kind=ShapeKind.LIST, items=(item,), make=tuple)
    items = () if arguments == ((),) else tuple(map(find_shape, arguments))
    return Shape(kind=ShapeKind.TUPLE, items=items, make=tuple)


_MAPS: frozenset[Any] = frozenset({dict, collections.abc.Mapping, collections.abc.MutableMapping})
_SETS: dict[Any, type] = {
    set: set,
    frozenset: frozenset,
    collections.abc.Set: set,
    collections.abc.MutableSet: set,
}
_LISTS: dict[Any, type | None] = {
    list: None,
    deque: deque,
    collections.abc.Sequence: None,
    collections.abc.MutableSequence: None,
    collections.abc.Collection: None,
    collections.abc.Iterable: None,
    collections.abc.Reversible: None,
}
