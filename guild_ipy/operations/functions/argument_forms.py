"""Finds the forms in which arguments of a call travel; see :mod:`guild_ipy.domain.forms`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain.forms import Form
from guild_ipy.domain.values.flags import FlagDef, Flags, is_flag_value
from guild_ipy.domain.values.shapes import ANYTHING, Shape
from guild_ipy.operations.flag_values.recording import as_list, record
from guild_ipy.operations.flag_values.shape_match import matches
from guild_ipy.operations.flag_values.typed_text import FlagText


@dataclass(frozen=True, kw_only=True)
class Arguments:
    """The values of a call: those that the user gave, typed or from Python, and the defaults of the function."""

    given: Mapping[str, Any]
    defaults: Mapping[str, Any]


def find_forms(flags: Flags, arguments: Arguments, definitions: Mapping[str, FlagDef]) -> Iterator[tuple[str, Form]]:
    """Return the forms of the arguments that differ from their recorded values."""
    for name, recorded in flags.items():
        shape = definitions[name].shape if name in definitions else None
        value = arguments.given.get(name, arguments.defaults.get(name))
        if _is_sent(value, shape, is_default=name not in arguments.given):
            form = Form(shape=_shape_of(value, shape), has_sample=True, recorded=recorded, sample=value)
            yield name, form
        elif shape is not None and not shape.is_plain:
            yield name, Form(shape=shape)


def _is_sent(value: Any, shape: Shape | None, *, is_default: bool) -> bool:  # noqa: ANN401 - any argument
    """Whether an argument travels as it is, and is not made from its recorded value."""
    if isinstance(value, FlagText) or value is None:
        return False
    if shape is not None and not shape.is_plain:
        return is_default or matches(shape, value) or as_list(value) is not None
    return not is_flag_value(value)


def _shape_of(value: Any, shape: Shape | None) -> Shape:  # noqa: ANN401 - as above
    """Return the shape for other values of the flag: that of the annotation, else that of the value itself."""
    if shape is not None and not shape.is_plain:
        return shape
    found = record(value)
    return ANYTHING if found is None else found.shape
