"""Flags of a script that uses argparse, read from its source.

A flag has the name of its first long option (``--learning-rate``: ``learning-rate``) as in Guild AI 0.9.0;
unlike there, short-only options (``-n``) and positional arguments are flags. Those of sub-commands are not.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from guild_ipy.domain.flags import FlagDef, FlagType, FlagValue
from guild_ipy.operations.parser_calls import find_calls, find_made_by, is_called_on
from guild_ipy.operations.script_interface import ArgumentStyle, ScriptArgument
from guild_ipy.operations.static_values import Names, find_flag_value, find_text, is_true


def find_argparse_arguments(tree: ast.Module, names: Names) -> tuple[ScriptArgument, ...] | None:
    """Give the arguments of all parsers of a script; None if it adds none.

    Parameters
    ----------
    names
        Values of the module's names, see :func:`~guild_ipy.operations.static_values.find_names`.
    """
    calls = find_calls(tree, "add_argument")
    if not calls:
        return None
    commands = find_made_by(tree, {"add_parser"})
    rivals = find_made_by(tree, {"add_mutually_exclusive_group"})
    later_defaults = _find_later_defaults(tree)
    arguments: dict[str, ScriptArgument] = {}
    for call in calls:
        argument = None if is_called_on(call, commands) else _read_call(call, names, later_defaults)
        if argument is not None:
            alone = replace(argument, passes_default=False) if is_called_on(call, rivals) else argument
            arguments.setdefault(argument.flag.name, alone)
    return tuple(arguments.values())


def _find_later_defaults(tree: ast.Module) -> dict[str, ast.expr]:
    """Find what ``set_defaults`` puts in place of the default of each destination."""
    calls = find_calls(tree, "set_defaults")
    return {keyword.arg: keyword.value for call in calls for keyword in call.keywords if keyword.arg}


@dataclass(frozen=True, kw_only=True)
class _Call:
    """One ``add_argument(...)``, its parts found."""

    name: str
    option: str | None
    """None for a positional argument."""
    keywords: dict[str, ast.expr]
    names: Names

    @property
    def type(self) -> FlagType:
        """What ``type=`` makes of text; ANY where it says nothing, or a function of the script."""
        match self.keywords.get("type"):
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return _TYPES.get(name, FlagType.ANY)
        return FlagType.ANY

    def text(self, keyword: str) -> str:
        return find_text(self.keywords.get(keyword), self.names)

    def value(self, keyword: str) -> FlagValue:
        return find_flag_value(self.keywords.get(keyword), self.names)


_TYPES = {
    "int": FlagType.INT,
    "float": FlagType.FLOAT,
    "str": FlagType.STRING,
    "Path": FlagType.STRING,
    "bool": FlagType.BOOLEAN,
}
#: What the type makes of text; where nothing stands here, text stays text.
_MADE: dict[FlagType, type] = {FlagType.INT: int, FlagType.FLOAT: float, FlagType.BOOLEAN: bool}


def _read_call(call: ast.Call, names: Names, later_defaults: dict[str, ast.expr]) -> ScriptArgument | None:
    words = [find_text(word, names) for word in call.args]
    keywords = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    name = _flag_name(words, find_text(keywords.get("dest"), names))
    if not name:
        return None
    dest = find_text(keywords.get("dest"), names) or name.replace("-", "_")
    if dest in later_defaults:
        keywords["default"] = later_defaults[dest]
    option = _main_option(words)
    parts = _Call(name=name, option=option, keywords=keywords, names=names)
    action = _action_name(keywords.get("action"), names)
    return _ACTIONS.get(action, _read_custom)(parts)


def _main_option(words: list[str]) -> str | None:
    options = [word for word in words if word.startswith("-")]
    return next((option for option in options if option.startswith("--")), options[0] if options else None)


def _flag_name(words: list[str], dest: str) -> str:
    if not words or not all(words):
        return dest if not words else ""
    option = _main_option(words)
    if option is None:
        return words[0]
    return option[2:] if option.startswith("--") else dest or option[1:]


def _action_name(node: ast.expr | None, names: Names) -> str:
    match node:
        case None:
            return "store"
        case ast.Attribute(attr=name) | ast.Name(id=name) if name == "BooleanOptionalAction":
            return name
    return find_text(node, names)


# -- actions


def _read_store(call: _Call) -> ScriptArgument:
    if _is_many(call):
        return _read_values(call, ArgumentStyle.LIST)
    declared = call.type
    default = _convert(call.value("default"), declared)
    is_untyped = "type" not in call.keywords
    flag_type = declared
    if declared is FlagType.ANY and isinstance(default, bool):
        flag_type = FlagType.BOOLEAN
    elif is_untyped and isinstance(default, str):
        flag_type = FlagType.STRING
    return ScriptArgument(
        flag=_define(call, flag_type, default=default, choices=_read_choices(call)),
        passes_default=type(default) is _MADE.get(declared, str),
        no_text="" if is_untyped or declared is FlagType.BOOLEAN else "False",
    )


def _read_custom(call: _Call) -> ScriptArgument:
    """Read an action that the script makes itself: what its default becomes is unknown, so it stays out."""
    if _is_many(call):
        return ScriptArgument(flag=_define(call, FlagType.LIST), style=ArgumentStyle.LIST, passes_default=False)
    return ScriptArgument(flag=_define(call, FlagType.ANY), passes_default=False)


def _read_values(call: _Call, style: ArgumentStyle) -> ScriptArgument:
    default = call.value("default")
    made = _MADE.get(call.type, str)
    is_made = isinstance(default, list) and len(default) > 0 and all(type(item) is made for item in default)
    return ScriptArgument(
        flag=_define(call, FlagType.LIST, default=default, choices=_read_choices(call)),
        style=style,
        passes_default=style is ArgumentStyle.LIST and is_made,
    )


def _read_append(call: _Call) -> ScriptArgument:
    return _read_values(call, ArgumentStyle.REPEAT)


def _read_count(call: _Call) -> ScriptArgument:
    return ScriptArgument(flag=_define(call, FlagType.INT, default=call.value("default")), style=ArgumentStyle.COUNT)


def _read_store_true(call: _Call) -> ScriptArgument:
    return _read_switch(call, default=False)


def _read_store_false(call: _Call) -> ScriptArgument:
    return _read_switch(call, default=True)


def _read_switch(call: _Call, *, default: bool) -> ScriptArgument:
    given = find_flag_value(call.keywords["default"], call.names) if "default" in call.keywords else default
    flag = _define(call, FlagType.BOOLEAN, default=given, switch=not default)
    return ScriptArgument(flag=flag, style=ArgumentStyle.SWITCH)


def _read_store_const(call: _Call) -> ScriptArgument:
    flag = _define(call, FlagType.ANY, default=call.value("default"), switch=call.value("const"))
    return ScriptArgument(flag=flag, style=ArgumentStyle.SWITCH)


def _read_pair(call: _Call) -> ScriptArgument:
    flag = _define(call, FlagType.BOOLEAN, default=call.value("default"))
    return ScriptArgument(flag=flag, style=ArgumentStyle.PAIR, off_name=f"--no-{call.name}")


def _read_nothing(_call: _Call) -> None:
    return None


_ACTIONS = {
    "store": _read_store,
    "store_true": _read_store_true,
    "store_false": _read_store_false,
    "store_const": _read_store_const,
    "BooleanOptionalAction": _read_pair,
    "append": _read_append,
    "extend": _read_append,
    "count": _read_count,
    "append_const": _read_nothing,
    "help": _read_nothing,
    "version": _read_nothing,
    "parsers": _read_nothing,
}


# -- keywords


def _define(
    call: _Call,
    flag_type: FlagType,
    *,
    default: FlagValue = None,
    choices: tuple[FlagValue, ...] = (),
    switch: FlagValue = None,
) -> FlagDef:
    is_optional = call.option is not None or call.text("nargs") in {"?", "*"}
    description = call.text("help").replace("%(default)s", str(default)).replace("%%", "%")
    return FlagDef(
        name=call.name,
        type=flag_type,
        default=default,
        required=is_true(call.keywords.get("required"), call.names) or not is_optional,
        choices=choices,
        description=description,
        arg_name=call.option,
        arg_switch=switch,
    )


def _read_choices(call: _Call) -> tuple[FlagValue, ...]:
    choices = call.value("choices")
    return tuple(choices) if isinstance(choices, list) else ()


def _is_many(call: _Call) -> bool:
    """Whether ``nargs`` makes a list of what is given; one that isn't static, as ``REMAINDER``, does."""
    nargs = call.value("nargs")
    return "nargs" in call.keywords and nargs != "?" and not _is_none(call.keywords["nargs"])


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _convert(default: FlagValue, flag_type: FlagType) -> FlagValue:
    """Read a default as argparse does: text goes through the type."""
    try:
        if flag_type is FlagType.INT and isinstance(default, str):
            return int(default)
        if flag_type is FlagType.FLOAT and isinstance(default, str | int):
            return float(default)
    except (ValueError, OverflowError):
        return None
    return default
