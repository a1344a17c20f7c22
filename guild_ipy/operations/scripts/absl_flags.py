"""Flags of a script that uses absl (``flags.DEFINE_float("lr", 0.1, "...")``), read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from guild_ipy.domain.values.flags import FlagDef, FlagType, FlagValue
from guild_ipy.operations.scripts.script_interface import ArgumentStyle, InterfaceKind, ScriptArgument, ScriptInterface
from guild_ipy.operations.scripts.static_values import Variables, find_flag_value, find_names, find_text, is_true

_KINDS = {
    "integer": FlagType.INT,
    "float": FlagType.FLOAT,
    "string": FlagType.STRING,
    "enum": FlagType.STRING,
    "bool": FlagType.BOOLEAN,
    "boolean": FlagType.BOOLEAN,
    "list": FlagType.LIST,
    "spaceseplist": FlagType.LIST,
}
_DEFINE = "DEFINE_"
#: The text that joins the items of a list.
_JOINTS = {"list": ",", "spaceseplist": " "}


def read_absl(tree: ast.Module) -> ScriptInterface | None:
    """Return the interface of a script; None if it defines no flags."""
    names = find_names(tree)
    calls = list(_find_definitions(tree))
    found = [_read(kind, call, names) for kind, call in calls]
    arguments = {each.flag.name: each for each in found if each is not None}
    if not calls:
        return None
    unread = "absl" if None in found else ""
    return ScriptInterface(kind=InterfaceKind.ABSL, arguments=tuple(arguments.values()), unread=unread)


def _find_definitions(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
        match call.func:
            case ast.Attribute(attr=name) | ast.Name(id=name) if name.startswith(_DEFINE):
                yield name.removeprefix(_DEFINE), call


def _read(kind: str, call: ast.Call, names: Variables) -> ScriptArgument | None:
    places = ("name", "default", "enum_values" if kind.endswith("enum") else "help", "help")
    given = dict(zip(places, call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    name = find_text(given.get("name"), names)
    is_many = kind.startswith("multi_")
    flag_type = FlagType.LIST if is_many else _KINDS.get(kind)
    if not name or (is_many and kind.removeprefix("multi_") not in _KINDS) or flag_type is None:
        return None
    default = find_flag_value(given.get("default"), names)
    choices = find_flag_value(given.get("enum_values"), names)
    flag = FlagDef(
        name=name,
        type=flag_type,
        default=_as_type(default, flag_type),
        required=is_true(given.get("required"), names),
        choices=tuple(choices) if isinstance(choices, list) else (),
        description=find_text(given.get("help"), names),
        arg_name=f"--{name}",
    )
    argument = ScriptArgument(flag=flag, joint=_JOINTS.get(kind, ""))
    if is_many:
        return replace(argument, style=ArgumentStyle.REPEAT)
    if flag_type is FlagType.BOOLEAN:
        return replace(argument, style=ArgumentStyle.PAIR, off_name=f"--no{name}")
    return argument


def _as_type(default: FlagValue, flag_type: FlagType) -> FlagValue:
    if flag_type is FlagType.FLOAT and isinstance(default, int):
        return float(default)
    if flag_type is FlagType.LIST and isinstance(default, str):
        return [item.strip() for item in default.split(",") if item.strip()]
    return [default] if flag_type is FlagType.LIST and isinstance(default, int | float) else default
