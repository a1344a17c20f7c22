"""Parameters of a callable as flags, whose type comes from the annotation, or else from the default."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Union, get_args, get_origin, get_type_hints

from guild_ipy.domain.values.flags import FlagDef, FlagType
from guild_ipy.domain.values.shapes import ANYTHING, Shape, ShapeKind
from guild_ipy.operations.flag_values.annotations import find_shape
from guild_ipy.operations.flag_values.recording import Recorded, record

_TYPES: Mapping[ShapeKind, FlagType] = {
    ShapeKind.BOOLEAN: FlagType.BOOLEAN,
    ShapeKind.INT: FlagType.INT,
    ShapeKind.FLOAT: FlagType.FLOAT,
    ShapeKind.NUMBER: FlagType.NUMBER,
    ShapeKind.STRING: FlagType.STRING,
    ShapeKind.LIST: FlagType.LIST,
    ShapeKind.SET: FlagType.LIST,
    ShapeKind.TUPLE: FlagType.LIST,
}
_TYPES_OF_DEFAULTS: Mapping[type, FlagType] = {
    int: FlagType.NUMBER,
    float: FlagType.NUMBER,
    bool: FlagType.BOOLEAN,
    list: FlagType.LIST,
}
#: Shapes that a flag's type can express.
_PLAIN = frozenset({ShapeKind.BOOLEAN, ShapeKind.INT, ShapeKind.FLOAT, ShapeKind.NUMBER, ShapeKind.STRING})


def parameter_flag(parameter: inspect.Parameter, hint: object) -> FlagDef:
    """Make a flag from a parameter; `hint` is its annotation, None if it has none.

    A default that is text does not restrict the type: ``max_features="sqrt"`` also takes a number.
    """
    has_default = parameter.default is not inspect.Parameter.empty
    default = record(parameter.default) if has_default else None
    promised = _of_default(default) if hint is None else _of_shape(find_shape(hint))
    return replace(
        promised,
        name=parameter.name,
        nullable=promised.nullable or parameter.default is None,
        default=None if default is None else default.value,
        required=not has_default,
    )


def untyped_class(hint: object) -> type | None:
    """Return the class that an annotation names, perhaps with None, if its objects cannot be given as text."""
    others = [each for each in get_args(hint) if each is not types.NoneType]
    is_optional = get_origin(hint) in {Union, types.UnionType} and len(others) == 1
    named = others[0] if is_optional else hint
    return named if isinstance(named, type) and get_origin(named) is None and find_shape(named) == ANYTHING else None


def find_hints(function: object) -> Mapping[str, Any]:
    """Return the annotations of the function that is called; those that cannot be resolved are left out."""
    if isinstance(function, types.FunctionType | types.MethodType) or hasattr(function, "__wrapped__"):
        target: object = function
    else:
        called = vars(function).get("__init__") if isinstance(function, type) else None
        target = called if isinstance(function, type) else getattr(type(function), "__call__", None)  # noqa: B004 - its annotations are wanted
    try:
        return get_type_hints(target)
    except (NameError, TypeError, AttributeError, SyntaxError):
        return _find_each_hint(target)


def _find_each_hint(target: object) -> dict[str, Any]:
    namespace = getattr(inspect.unwrap(target), "__globals__", {}) if callable(target) else {}
    found: dict[str, Any] = {}
    for name, annotation in dict(getattr(target, "__annotations__", None) or {}).items():
        holder = types.SimpleNamespace(__annotations__={name: annotation})
        try:
            found |= get_type_hints(holder, namespace)
        except (NameError, TypeError, AttributeError, SyntaxError):
            continue
    return found


def _of_default(default: Recorded | None) -> FlagDef:
    kind = _TYPES_OF_DEFAULTS.get(type(default.value), FlagType.ANY) if default is not None else FlagType.ANY
    if default is None or default.shape.kind in _PLAIN or default.shape == ANYTHING:
        return FlagDef(name="", type=kind, nullable=True)
    return replace(_of_shape(_loosened(default.shape)), nullable=True)


def _loosened(shape: Shape) -> Shape:
    """Return the shape of a default without the types of its items, which may differ in another value."""
    items = tuple(each if each.kind not in _PLAIN else ANYTHING for each in shape.items)
    return shape if shape.kind is ShapeKind.DICT else replace(shape, items=items)


def _of_shape(shape: Shape) -> FlagDef:
    """Make a flag from a shape, or from its type alone if that is enough."""
    if shape == ANYTHING:
        return FlagDef(name="", nullable=True)
    if shape.kind is ShapeKind.UNION and shape.items[0].kind is ShapeKind.NULL:
        rest = shape.items[1:]
        return replace(_of_shape(rest[0] if len(rest) == 1 else replace(shape, items=rest)), nullable=True)
    kind = _TYPES.get(shape.kind, FlagType.ANY)
    is_simple = shape.kind in _PLAIN or (shape.kind is ShapeKind.LIST and shape.items == (ANYTHING,))
    if is_simple and shape.is_plain:
        return FlagDef(name="", type=kind)
    choices = shape.choices if shape.kind in {ShapeKind.ENUM, ShapeKind.LITERAL} else ()
    return FlagDef(name="", type=kind, shape=shape, choices=choices)
