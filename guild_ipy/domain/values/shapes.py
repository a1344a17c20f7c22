"""Shapes: the values that a flag can have, beyond the few types of a Guild file: paths, dates, enums, tuples, unions.

A shape is a tree that can be written as JSON, so that a restart, which does not load the user's code, checks flags as
the first start did. In the payload of a run it also has the functions that make a Python value from a recorded one
(:mod:`guild_ipy.domain.forms`). Pickles of runs name this module and its classes: a new name needs an entry in
:mod:`guild_ipy.domain.payload_reader`. How each kind is recorded as a flag::

    PATH DECIMAL FRACTION UUID COMPLEX     text
    DATE DATETIME TIME                     text, in ISO format
    DURATION                               text such as ``1:30:00``
    ENUM      the value of the member if that is text or the member is itself a number or text, else its name
    FLAGS     the names of the members: ``READ|WRITE``
    SET       a list, sorted
    TUPLE     a list
    DICT      a map; keys that are not text are written as text

Standard library only: the process of a run imports this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class ShapeKind(Enum):
    """The kinds of shapes; the value is the word in ``meta.json``."""

    ANY = "any"
    NULL = "null"
    BOOLEAN = "boolean"
    INT = "int"
    FLOAT = "float"
    NUMBER = "number"
    STRING = "string"
    PATH = "path"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    DURATION = "duration"
    DECIMAL = "decimal"
    FRACTION = "fraction"
    UUID = "uuid"
    COMPLEX = "complex"
    ENUM = "enum"
    FLAGS = "flags"
    LITERAL = "literal"
    LIST = "list"
    """Any number of values of one shape; the Python value may be a tuple."""
    SET = "set"
    TUPLE = "tuple"
    """A fixed number of values, each with its own shape."""
    DICT = "dict"
    UNION = "union"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A kind, and the shapes or values that it consists of."""

    kind: ShapeKind
    items: tuple[Shape, ...] = ()
    """LIST and SET have one shape, DICT those of keys and values, TUPLE one for each item, UNION all alternatives."""
    choices: tuple[Any, ...] = ()
    """For ENUM, FLAGS and LITERAL: the recorded values."""
    names: tuple[tuple[str, ...], ...] = ()
    """For ENUM and FLAGS: the names of each choice, its own name first."""
    make: Callable[[Any], Any] | None = field(default=None, compare=False, repr=False)
    """Makes the Python value from the recorded one, in the run: a class or a function. It is not written to JSON."""

    @property
    def takes_list(self) -> bool:
        """Whether a list can be one value of it."""
        return self.kind in _COLLECTIONS or (
            self.kind is ShapeKind.UNION and any(each.takes_list for each in self.items)
        )

    @property
    def is_plain(self) -> bool:
        """Whether the function takes the recorded value as it is."""
        return self.make is None and all(each.is_plain for each in self.items)


ANYTHING = Shape(kind=ShapeKind.ANY)
_COLLECTIONS = frozenset({ShapeKind.LIST, ShapeKind.SET, ShapeKind.TUPLE})


def encode_shape(shape: Shape) -> dict[str, Any]:
    """Return a shape as a value for JSON."""
    values: dict[str, Any] = {"kind": shape.kind.value}
    if shape.items:
        values["items"] = [encode_shape(each) for each in shape.items]
    if shape.choices:
        values["choices"] = list(shape.choices)
    if shape.names:
        values["names"] = [list(each) for each in shape.names]
    return values


def parse_shape(values: Mapping[str, Any]) -> Shape:
    """Read a value from :func:`encode_shape`; ValueError, TypeError or KeyError for anything else."""
    return Shape(
        kind=ShapeKind(values["kind"]),
        items=tuple(map(parse_shape, values.get("items", ()))),
        choices=tuple(values.get("choices", ())),
        names=tuple(map(tuple, values.get("names", ()))),
    )
