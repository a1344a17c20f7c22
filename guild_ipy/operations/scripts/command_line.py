"""Writes flag values as the command line of a script.

Options come first, sorted by name as in Guild AI 0.9.0, then positional arguments in the order of the source;
those of a sub-command follow its name in the same way.
Text reaches the script unchanged: it is written after ``=`` if it begins with a dash, and after ``--`` if it could be
taken for an option.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal

from guild_ipy.domain.values.flags import Flags, FlagValue, format_flag
from guild_ipy.errors import FlagError
from guild_ipy.operations.scripts.script_interface import (
    ArgumentStyle,
    InterfaceKind,
    ScriptArgument,
    ScriptInterface,
)


def script_arguments(interface: ScriptInterface, flags: Flags) -> tuple[str, ...]:
    """Write `flags` so that the script reads the same values; those that are None are left out.

    Raises
    ------
    FlagError
        For a value that the script's command line cannot express.

    Examples
    --------
    >>> from guild_ipy.domain.values.flags import FlagDef
    >>> lr = ScriptArgument(flag=FlagDef(name="lr", arg_name="--lr"))
    >>> data = ScriptArgument(flag=FlagDef(name="data"))
    >>> interface = ScriptInterface(kind=InterfaceKind.ARGPARSE, arguments=(data, lr))
    >>> script_arguments(interface, {"data": "a b", "lr": -1e-05})
    ('--lr=-1e-05', 'a b')
    """
    if interface.kind is InterfaceKind.CONSTANTS:
        return interface.command
    words: list[str] = []
    for level in range(len(interface.command) + 1):
        words += interface.command[level - 1 : level] if level else ()
        words += level_arguments(interface, flags, level)
    return tuple(words)


def level_arguments(interface: ScriptInterface, flags: Flags, level: int) -> tuple[str, ...]:
    """Write the flags that follow the first `level` words of the command, as :func:`script_arguments` does."""
    own = [argument for argument in interface.arguments if argument.level == level]
    given = [argument for argument in own if _is_given(argument, flags)]
    options = sorted((a for a in given if a.flag.arg_name is not None), key=lambda a: a.flag.name)
    before = [word for a in options for word in _write_option(a, flags[a.flag.name], interface.kind)]
    places = [argument for argument in own if argument.flag.arg_name is None]
    _refuse_gap(places, given)
    behind = [word for each in places if each in given for word in _texts(each, flags[each.flag.name])]
    ends_open = any(option.style in {ArgumentStyle.LIST, ArgumentStyle.REPEAT} for option in options)
    needs_guard = behind and (ends_open or any(word.startswith("-") for word in behind))
    return (*before, *(["--"] if needs_guard else []), *behind)


def _refuse_gap(places: Sequence[ScriptArgument], given: Sequence[ScriptArgument]) -> None:
    """Refuse a positional value if one before it is left out: the script would read it as the earlier one."""
    missing = None
    for place in places:
        if place not in given:
            missing = missing or place
        elif missing is not None and not place.flag.required:
            name, before = place.flag.name, missing.flag.name
            raise FlagError(f"flag {name!r} has its place behind {before!r}; give {before}=... too", flag=name)


def _is_given(argument: ScriptArgument, flags: Flags) -> bool:
    value = flags.get(argument.flag.name)
    if value is None:
        return False
    return argument.passes_default or not _is_same(value, argument.flag.default)


def _is_same(one: FlagValue, other: FlagValue) -> bool:
    return type(one) is type(other) and one == other


def _write_option(argument: ScriptArgument, value: FlagValue, kind: InterfaceKind) -> list[str]:
    name = argument.flag.arg_name or ""
    match argument.style:
        case ArgumentStyle.VALUE:
            return _with_value(argument, _text(argument, value), kind)
        case ArgumentStyle.SWITCH:
            return _write_switch(argument, name, value)
        case ArgumentStyle.PAIR:
            return [name if value else argument.off_name] if value or argument.off_name else []
        case ArgumentStyle.COUNT:
            return [name] * _count(argument, value)
        case ArgumentStyle.REPEAT:
            return [word for item in _added(argument, value) for word in _write_list(argument, name, item, kind)]
        case ArgumentStyle.LIST:
            return _write_list(argument, name, value, kind)


def _with_value(argument: ScriptArgument, text: str, kind: InterfaceKind) -> list[str]:
    """Write an option and its value; click takes any word that follows, and no ``=`` after a short option."""
    name = argument.flag.arg_name or ""
    if kind is InterfaceKind.ARGPARSE and text == "--":
        raise _refusal(argument, text)
    if text[:1] not in {"-", name[:1]} or (kind is InterfaceKind.CLICK and not name.startswith("--")):
        return [name, text]
    return [f"{name}={text}"]


def _refusal(argument: ScriptArgument, text: str) -> FlagError:
    flag = argument.flag
    return FlagError(f"flag {flag.name!r} cannot be given {text!r}: argparse takes it for an option", flag=flag.name)


def _write_switch(argument: ScriptArgument, name: str, value: FlagValue) -> list[str]:
    flag = argument.flag
    if not isinstance(flag.arg_switch, bool) and isinstance(value, bool):
        return [name] if value else []  # yes and no are understood, also where the choices are others
    if _is_same(value, flag.default) or (value is False and flag.default is None):
        return []
    if _is_same(value, flag.arg_switch):
        return [name]
    states = f"{format_flag(flag.arg_switch)} with its option, {format_flag(flag.default)} without"
    if _is_same(flag.arg_switch, flag.default):
        states = f"{format_flag(flag.default)} with its option and without"
    raise FlagError(
        f"flag {flag.name!r} is a switch, {states}; it cannot be {format_flag(value)}",
        flag=flag.name,
    )


def _count(argument: ScriptArgument, value: FlagValue) -> int:
    flag = argument.flag
    start = flag.default if isinstance(flag.default, int) else 0
    if isinstance(value, int) and value >= start:
        return value - start
    raise FlagError(f"flag {flag.name!r} counts up from {start} and cannot be {value!r}", flag=flag.name)


def _added(argument: ScriptArgument, value: FlagValue) -> list[FlagValue]:
    """Return the values of a repeated option: argparse adds them to the default, click replaces it."""
    flag = argument.flag
    items: list[FlagValue] = [*value] if isinstance(value, list) else [value]
    default: list[FlagValue] = [*flag.default] if isinstance(flag.default, list) else []
    if argument.passes_default and (items or not default):
        return items
    if not argument.passes_default and items[: len(default)] == default:
        return items[len(default) :]
    raise FlagError(
        f"flag {flag.name!r} cannot be {value!r}: the script takes its default {default!r} then",
        flag=flag.name,
    )


def _write_list(argument: ScriptArgument, name: str, value: FlagValue, kind: InterfaceKind) -> list[str]:
    texts = _texts(argument, value)
    if len(texts) == 1:
        return _with_value(argument, texts[0], kind)
    if kind is InterfaceKind.CLICK:
        return [name, *texts]
    unclear = next((text for text in texts if _looks_like_option(text)), None)
    if unclear is not None:
        raise _refusal(argument, unclear)
    return [name, *texts]


_NEGATIVE = re.compile(r"-\d+$|-\d*\.\d+$")


def _looks_like_option(text: str) -> bool:
    return text.startswith("-") and len(text) > 1 and " " not in text and not _NEGATIVE.match(text)


def _texts(argument: ScriptArgument, value: FlagValue) -> list[str]:
    items: Sequence[FlagValue] = value if isinstance(value, list) else [value]
    is_list = isinstance(value, list)
    return [_plain_negative(item) if is_list and _is_negative(item) else _text(argument, item) for item in items]


def _join(argument: ScriptArgument, items: Sequence[FlagValue]) -> str:
    texts = [_text(argument, item) for item in items]
    unclear = next((text for text in texts if argument.joint in text), None)
    if unclear is not None:
        name = argument.flag.name
        raise FlagError(f"flag {name!r} cannot hold {unclear!r}: {argument.joint!r} parts its items", flag=name)
    return argument.joint.join(texts)


def _is_negative(value: FlagValue) -> bool:
    return isinstance(value, float) and value < 0 and "e" in repr(value)


def _plain_negative(value: FlagValue) -> str:
    """Write a negative float without an exponent; with one argparse would take it for an option."""
    return format(Decimal(repr(value)), "f")


def _text(argument: ScriptArgument, value: FlagValue) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and argument.joint:
        return _join(argument, value)
    if isinstance(value, bool):
        return "True" if value else argument.no_text
    return json.dumps(value) if isinstance(value, list | dict) else repr(value)
