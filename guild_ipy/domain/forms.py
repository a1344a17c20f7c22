"""Makes the arguments of a function from recorded flags.

A flag is recorded as a value that YAML can express (``shapes``). A form, which travels in the payload, converts it to
the value that the function takes. As long as the flag has the value that was recorded, the function gets the very value
that the user gave; a restart may change the flag. Pickles of runs name this module and its classes: keep their names.

Standard library only: the process of a run imports this.
"""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain.values.shapes import Shape, ShapeKind


@dataclass(frozen=True, kw_only=True)
class Form:
    """How one parameter gets its value."""

    shape: Shape
    has_sample: bool = False
    recorded: Any = None
    """The value that was recorded for `sample` in the flags."""
    sample: Any = None
    """The value that was given to the run, or its default."""

    def give(self, value: Any) -> Any:  # noqa: ANN401 - any argument of a function
        """Return the argument for the recorded value of a flag."""
        if self.has_sample and _is_same(value, self.recorded):
            return self.sample
        return build(self.shape, value)


@dataclass(frozen=True, kw_only=True)
class Like:
    """Converts a number to the type of another one: a NumPy scalar, an array or tensor without dimensions."""

    sample: Any

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 - any type of number
        """Return `value` converted, or as it is if the type cannot hold it."""
        made = self._cast(value)
        if made.dtype != self.sample.dtype:
            return value
        is_rounded = isinstance(value, float) and isinstance(self.sample.item(), float)
        return made if is_rounded or made == value else value

    def _cast(self, value: Any) -> Any:  # noqa: ANN401 - as above
        sample = self.sample
        if hasattr(sample, "new_tensor"):
            return sample.new_tensor(value)
        if type(sample).__module__ != "numpy":  # arithmetic keeps the type and the device of the array
            return sample * 0 + value
        if not hasattr(sample, "__setitem__"):
            return type(sample)(value)
        array = sample.copy()
        array[...] = value
        return array


def build(shape: Shape, value: Any) -> Any:  # noqa: ANN401 - any argument of a function
    """Make the Python value from a recorded one; a value of another shape is returned as it is.

    Examples
    --------
    >>> integers = Shape(kind=ShapeKind.LIST, items=(Shape(kind=ShapeKind.INT),), make=tuple)
    >>> build(integers, [4, 4]), build(integers, None)
    ((4, 4), None)
    """
    if value is None or shape.is_plain:
        return value
    try:
        return _build(shape, value)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError):
        return value


def _build(shape: Shape, value: Any) -> Any:  # noqa: ANN401
    """Make the value, or raise one of several errors if the recorded one has another shape."""
    kind, make = shape.kind, shape.make
    if kind is ShapeKind.UNION:
        return _build_first(shape, value)
    if kind in {ShapeKind.ENUM, ShapeKind.FLAGS}:
        return _member(shape, value)
    if kind in {ShapeKind.LIST, ShapeKind.SET, ShapeKind.TUPLE}:
        return _collect(shape, value)
    if kind is ShapeKind.DICT:
        keys, values = shape.items
        made = {_build_strictly(keys, _read_key(keys, key)): build(values, item) for key, item in value.items()}
        return made if make is None else make(made)
    return value if make is None else make(value)


_TYPES = {
    ShapeKind.BOOLEAN: (bool,),
    ShapeKind.INT: (int,),
    ShapeKind.FLOAT: (int, float),
    ShapeKind.NUMBER: (int, float),
    ShapeKind.LIST: (list,),
    ShapeKind.SET: (list,),
    ShapeKind.TUPLE: (list,),
    ShapeKind.DICT: (dict,),
    ShapeKind.NULL: (),
}
_CHECKED_WHEN_BUILT = frozenset({ShapeKind.ANY, ShapeKind.UNION, ShapeKind.ENUM, ShapeKind.FLAGS})


def _build_first(shape: Shape, value: Any) -> Any:  # noqa: ANN401
    for each in shape.items:
        try:
            return _build_strictly(each, value)
        except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError):
            continue
    return value


def _build_strictly(shape: Shape, value: Any) -> Any:  # noqa: ANN401
    """Make a value; TypeError or ValueError if the recorded one does not have this shape."""
    if shape.kind is ShapeKind.LITERAL:
        if not any(_is_same(value, choice) for choice in shape.choices):
            raise ValueError
    elif shape.kind not in _CHECKED_WHEN_BUILT and type(value) not in _TYPES.get(shape.kind, (str,)):
        raise TypeError
    return _build(shape, value)


def _member(shape: Shape, value: Any) -> Any:  # noqa: ANN401 - a member of the user's class
    enum: Any = shape.make
    if shape.kind is ShapeKind.ENUM:
        names = {repr(choice): names[0] for choice, names in zip(shape.choices, shape.names, strict=True)}
        return enum[names[repr(value)]]
    if isinstance(value, int):
        return enum(value)
    return functools.reduce(operator.or_, (enum[name] for name in value.split("|")))


def _collect(shape: Shape, value: Any) -> Any:  # noqa: ANN401 - a list, a tuple, ...
    if type(value) is not list:
        raise TypeError
    items = shape.items if shape.kind is ShapeKind.TUPLE else shape.items * len(value)
    made = [build(each, item) for each, item in zip(items, value, strict=True)]
    return made if shape.make is None else shape.make(made)


def _read_key(keys: Shape, key: str) -> Any:  # noqa: ANN401
    """Read a key, which a map of flags has as text."""
    if keys.kind is ShapeKind.INT:
        return int(key)
    if keys.kind in {ShapeKind.FLOAT, ShapeKind.NUMBER}:
        return float(key)
    if keys.kind is ShapeKind.BOOLEAN:
        return {"yes": True, "no": False}[key]
    return key


def _is_same(one: Any, other: Any) -> bool:  # noqa: ANN401 - two recorded values
    """Whether two recorded values are the same: 1, 1.0 and True are three, NaN is one."""
    return type(one) is type(other) and repr(one) == repr(other)
