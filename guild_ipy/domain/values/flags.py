"""Flags: the input parameters of an operation, as values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from guild_ipy.domain.values.shapes import Shape

FlagValue: TypeAlias = "bool | int | float | str | list[FlagValue] | dict[str, FlagValue] | None"
"""A value that a flag can have: any value that YAML can express without tags."""

Flags: TypeAlias = Mapping[str, FlagValue]


class FlagType(Enum):
    """A declared type; the value is the word in ``guild.yml`` and in messages."""

    ANY = "any"
    STRING = "string"
    INT = "int"
    FLOAT = "float"
    NUMBER = "number"
    """An int or a float, neither of which is converted."""
    BOOLEAN = "boolean"
    LIST = "list"
    PATH = "path"
    """Text that names a file; a relative one is made absolute."""
    EXISTING_PATH = "existing-path"
    """Like `PATH`, for a file that must exist."""


@dataclass(frozen=True, kw_only=True)
class FlagChoice:
    """One of the values that a flag can have, with what a Guild file says about the value."""

    value: FlagValue
    description: str = ""
    alias: str | None = None
    """Another text by which a user can give it."""
    flags: Flags = field(default_factory=dict)
    """Values of other flags that this choice implies, unless the user gives them."""


@dataclass(frozen=True, kw_only=True)
class FlagDef:
    """One flag that an operation takes.

    Examples
    --------
    >>> FlagDef(name="lr", type=FlagType.FLOAT, default=0.1).required
    False
    """

    name: str
    type: FlagType = FlagType.ANY
    shape: Shape | None = None
    """The values that it takes, if `type` cannot express that."""
    default: FlagValue = None
    required: bool = False
    nullable: bool = False
    """Whether it can be None, whatever the type."""
    choices: tuple[FlagValue, ...] = ()
    description: str = ""
    arg_name: str | None = None
    """For a command line: the option (``--learning-rate``) or None for a positional argument."""
    arg_switch: FlagValue = None
    """For an option without a value: it is given when the flag has this value."""
    alias: str | None = None
    """Another name by which a user may give it."""
    minimum: int | float | None = None
    maximum: int | float | None = None
    choice_details: tuple[FlagChoice, ...] = ()
    """More about `choices` than their values."""
    allows_other: bool = False
    """Whether other values than `choices` are allowed."""
    arg_skip: bool = False
    """Whether it stays off the command line."""
    arg_split: bool | str | None = None
    """Text is several arguments: split as by a shell (True), or at this text."""
    arg_encoding: tuple[tuple[FlagValue, str], ...] = ()
    """Values, and the text for each on a command line."""
    env_name: str | None = None
    """Its environment variable; None means ``FLAG_<NAME>``."""
    env_encoding: tuple[tuple[FlagValue, str], ...] = ()
    """Values, and the text for each in the environment."""
    null_label: str | None = None
    """The text that Guild AI shows for None."""


def is_flag_value(value: object) -> bool:
    """Whether `value` can be stored as a flag without losing its type."""
    if value is None or isinstance(value, bool | int | float | str):
        return type(value) in {type(None), bool, int, float, str}
    if isinstance(value, list):
        return type(value) is list and all(map(is_flag_value, value))
    if type(value) is dict:
        return all(type(key) is str and is_flag_value(item) for key, item in value.items())
    return False


def format_flag(value: FlagValue) -> str:
    """Write a value as one would type it after ``name=``; the inverse of parsing it.

    Examples
    --------
    >>> [format_flag(v) for v in (0.1, True, None, "a b", "1")]
    ['0.1', 'yes', 'null', "'a b'", "'1'"]
    """
    if isinstance(value, str):
        return value if _reads_as_itself(value) else _quote(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "yes", False: "no"}[value]
    if isinstance(value, float):
        return format_float(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(map(format_flag, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quote_key(k)}: {format_flag(v)}" for k, v in value.items()) + "}"
    return str(value)


def plain_text(value: FlagValue) -> str:
    """Write a value for reading: text as it is, all else as :func:`format_flag` does.

    Examples
    --------
    >>> plain_text("1"), plain_text(1), plain_text(True)
    ('1', '1', 'yes')
    """
    return value if isinstance(value, str) else format_flag(value)


def flags_key(flags: Flags) -> str:
    """Return a text that is the same for the same flags only, with their types.

    Examples
    --------
    >>> flags_key({"a": 1, "b": True}) == flags_key({"b": True, "a": 1})
    True
    >>> flags_key({"a": 1}) == flags_key({"a": 1.0})
    False
    """
    return repr(sorted((name, value_key(value)) for name, value in flags.items()))


def value_key(value: FlagValue) -> str:
    """Return a text that is the same for the same value only; nan is the same as nan."""
    if isinstance(value, Mapping):
        return repr(sorted((name, value_key(item)) for name, item in value.items()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(value_key, value))}]"
    return repr(value)


def format_float(value: float) -> str:
    """Write a float so that YAML 1.1 reads a float: with a point, and ``.inf`` / ``.nan``.

    Examples
    --------
    >>> format_float(1e-05), format_float(1e22), format_float(math.inf)
    ('1.0e-05', '1.0e+22', '.inf')
    """
    if math.isinf(value) or math.isnan(value):
        return {"inf": ".inf", "-inf": "-.inf"}.get(repr(value), ".nan")
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else text


def _quote_key(key: str) -> str:
    return key if _reads_as_itself(key) else _quote(key)


def _quote(text: str) -> str:
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return "".join(c if c.isprintable() else _escape(c) for c in json.dumps(text, ensure_ascii=False))


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"  # noqa: PLR2004 - four digits are enough


_WORDS = frozenset(
    {
        "",
        "~",
        "null",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "inf",
        "nan",
        "infinity",
        "<<",
        "=",
    }
)
_SPECIAL = frozenset(" \t\n\"'[]{},#&*!|>%@`:")


def _reads_as_itself(text: str) -> bool:
    """Whether plain `text` after ``name=`` stays that string: no YAML syntax, no number, no word."""
    if text.lower() in _WORDS or text == "None" or not text.isprintable() or not _SPECIAL.isdisjoint(text):
        return False
    return text[0].isalpha() or text[0] in "_/" or (text[0] in "./" and "/" in text)
