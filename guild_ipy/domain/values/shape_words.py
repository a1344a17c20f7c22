"""Describes the values that a shape takes, for messages and lists of flags."""

from __future__ import annotations

from guild_ipy.domain.values.flags import plain_text
from guild_ipy.domain.values.shapes import ANYTHING, Shape, ShapeKind

_MOST_CHOICES = 20


def describe_shape(shape: Shape) -> str:
    """Describe in words the values that a shape takes.

    Examples
    --------
    >>> describe_shape(Shape(kind=ShapeKind.LIST, items=(Shape(kind=ShapeKind.DATE),)))
    'a list, each a date such as 2024-12-31'
    """
    kind, items = shape.kind, [describe_shape(each) for each in shape.items]
    if shape.choices:
        return f"one of {_join_choices(shape)}"
    if kind is ShapeKind.UNION:
        return " or ".join(items)
    if kind is ShapeKind.TUPLE:
        return f"a list of {len(items)}: {', '.join(items)}"
    if kind is ShapeKind.DICT:
        return "a map such as {a: 1}" if shape.items == (ANYTHING, ANYTHING) else f"a map, of {items[0]} to {items[1]}"
    if kind in {ShapeKind.LIST, ShapeKind.SET}:
        return "a list such as [1, 2]" if shape.items[0] == ANYTHING else f"a list, each {items[0]}"
    return _WORDS[kind]


def _join_choices(shape: Shape) -> str:
    shown = [plain_text(choice) for choice in shape.choices[:_MOST_CHOICES]]
    return ", ".join([*shown, *(["…"] if len(shape.choices) > _MOST_CHOICES else [])])


_WORDS = {
    ShapeKind.ANY: "a value",
    ShapeKind.NULL: "null",
    ShapeKind.BOOLEAN: "yes or no",
    ShapeKind.INT: "an int",
    ShapeKind.FLOAT: "a float",
    ShapeKind.NUMBER: "a number",
    ShapeKind.STRING: "a string",
    ShapeKind.PATH: "a path",
    ShapeKind.DATE: "a date such as 2024-12-31",
    ShapeKind.DATETIME: "a time such as 2024-12-31T23:59",
    ShapeKind.TIME: "a time of day such as 23:59",
    ShapeKind.DURATION: "a length of time such as 1:30:00 or 90min",
    ShapeKind.DECIMAL: "a decimal number",
    ShapeKind.FRACTION: "a fraction such as 1/3",
    ShapeKind.UUID: "a UUID",
    ShapeKind.COMPLEX: "a complex number such as 1+2j",
}
