"""Flags of a script that uses click, read from its source.

The flags are those of one command: the one that the script calls at its end, else the first. An option's flag
has the name of its first long form, as in Guild AI 0.9.0; unlike there, arguments are flags too.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TypeAlias

from guild_ipy.domain.flags import FlagDef, FlagType, FlagValue
from guild_ipy.operations.script_interface import ArgumentStyle, ScriptArgument
from guild_ipy.operations.static_values import Names, find_flag_value, find_text, is_true

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def find_click_arguments(tree: ast.Module, names: Names) -> tuple[ScriptArgument, ...] | None:
    """Give the arguments of the script's command; None if it has none.

    Parameters
    ----------
    names
        Values of the module's names, see :func:`~guild_ipy.operations.static_values.find_names`.
    """
    function = _find_command(tree)
    if function is None:
        return None
    arguments: dict[str, ScriptArgument] = {}
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and (argument := _read_decorator(decorator, names)):
            arguments.setdefault(argument.flag.name, argument)
    return tuple(arguments.values())


# -- the command


def _find_command(tree: ast.Module) -> _Function | None:
    functions = [node for node in ast.walk(tree) if isinstance(node, _Function)]
    commands = [function for function in functions if _is_command(function)]
    called = {
        node.func.id
        for statement in tree.body
        if not isinstance(statement, _Function | ast.ClassDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return next((command for command in commands if command.name in called), commands[0] if commands else None)


def _is_command(function: _Function) -> bool:
    """Whether the function is a command of its own: ``@click.command()``, and not ``@group.command()``."""
    for decorator in function.decorator_list:
        match decorator.func if isinstance(decorator, ast.Call) else decorator:
            case ast.Name(id="command" | "group"):
                return True
            case ast.Attribute(value=ast.Name(id=module), attr="command" | "group") if module.endswith("click"):
                return True
    return False


# -- one decorator


@dataclass(frozen=True, kw_only=True)
class _Call:
    """One ``@click.option(...)`` or ``@click.argument(...)``, its parts found."""

    name: str
    option: str | None
    """None for an argument."""
    off: str
    """The form behind the slash of ``--yes/--no``."""
    keywords: dict[str, ast.expr]
    names: Names

    def value(self, keyword: str) -> FlagValue:
        return find_flag_value(self.keywords.get(keyword), self.names)

    def says(self, keyword: str) -> bool:
        return is_true(self.keywords.get(keyword), self.names)


def _read_decorator(decorator: ast.Call, names: Names) -> ScriptArgument | None:
    kind = decorator.func.attr if isinstance(decorator.func, ast.Attribute) else _name(decorator.func)
    if kind not in {"option", "argument"}:
        return None
    words = [find_text(word, names) for word in decorator.args]
    keywords = {keyword.arg: keyword.value for keyword in decorator.keywords if keyword.arg}
    if not words or not all(words):
        return None
    if kind == "argument":
        name = words[0].lower().replace("-", "_")
        return _read(_Call(name=name, option=None, off="", keywords=keywords, names=names))
    option, off = _main_option(words)
    parameter = next((word for word in words if not word.strip().startswith("-")), "")
    name = option[2:] if option.startswith("--") else parameter or option.lstrip("-")
    call = _Call(name=name, option=option, off=off, keywords=keywords, names=names)
    return _read(call) if option else None


def _main_option(words: list[str]) -> tuple[str, str]:
    """Give the first long option, or else the first, and what is behind its slash."""
    options = [word for word in words if word.strip().startswith("-")]
    main = next((word for word in options if word.startswith("--")), options[0] if options else "")
    on, _, off = main.partition("/")
    return on.strip(), off.strip()


def _read(call: _Call) -> ScriptArgument:
    if call.off:
        flag = _define(call, FlagType.BOOLEAN, default=bool(call.value("default")))
        return ScriptArgument(flag=flag, style=ArgumentStyle.PAIR, off_name=call.off)
    if "flag_value" in call.keywords or call.says("is_flag"):
        return _read_switch(call)
    if call.says("count"):
        flag = _define(call, FlagType.INT, default=call.value("default") or 0)
        return ScriptArgument(flag=flag, style=ArgumentStyle.COUNT)
    nargs = call.value("nargs")
    if call.says("multiple") or (isinstance(nargs, int) and nargs != 1):
        style = ArgumentStyle.REPEAT if call.says("multiple") else ArgumentStyle.LIST
        flag = _define(call, FlagType.LIST, default=call.value("default"))
        return ScriptArgument(flag=flag, style=style, passes_default=isinstance(flag.default, list))
    return _read_value(call)


def _read_switch(call: _Call) -> ScriptArgument:
    """Read an option without a value; what one that is on by default does depends on the version of click."""
    flag = _define(call, FlagType.BOOLEAN, default=call.value("default") is True, switch=True)
    return ScriptArgument(flag=flag, style=ArgumentStyle.SWITCH)


def _read_value(call: _Call) -> ScriptArgument:
    default = call.value("default")
    flag_type = _declared_type(call, default)
    if flag_type is FlagType.FLOAT and isinstance(default, int):
        default = float(default)
    return ScriptArgument(flag=_define(call, flag_type, default=default, choices=_read_choices(call)))


def _define(
    call: _Call,
    flag_type: FlagType,
    *,
    default: FlagValue = None,
    choices: tuple[FlagValue, ...] = (),
    switch: FlagValue = None,
) -> FlagDef:
    has_default = "default" in call.keywords
    is_required = call.says("required") or (call.says("prompt") and not has_default)
    if call.option is None and "required" not in call.keywords:
        is_required = not has_default and call.value("nargs") != -1
    return FlagDef(
        name=call.name,
        type=flag_type,
        default=default,
        required=is_required,
        choices=choices,
        description=find_text(call.keywords.get("help"), call.names),
        arg_name=call.option,
        arg_switch=switch,
    )


# -- types

_BY_NAME = {
    "int": FlagType.INT,
    "INT": FlagType.INT,
    "IntRange": FlagType.INT,
    "float": FlagType.FLOAT,
    "FLOAT": FlagType.FLOAT,
    "FloatRange": FlagType.FLOAT,
    "bool": FlagType.BOOLEAN,
    "BOOL": FlagType.BOOLEAN,
    "str": FlagType.STRING,
    "STRING": FlagType.STRING,
    "Choice": FlagType.STRING,
    "Path": FlagType.STRING,
    "File": FlagType.STRING,
}
_BY_DEFAULT = {
    int: FlagType.INT,
    float: FlagType.FLOAT,
    bool: FlagType.BOOLEAN,
    str: FlagType.STRING,
}


def _declared_type(call: _Call, default: FlagValue) -> FlagType:
    """Give the type that click uses: the declared one, else that of the default, else text."""
    declared = call.keywords.get("type")
    if declared is None:
        return _BY_DEFAULT.get(type(default), FlagType.ANY)
    return _BY_NAME.get(_name(declared.func if isinstance(declared, ast.Call) else declared), FlagType.ANY)


def _read_choices(call: _Call) -> tuple[FlagValue, ...]:
    match call.keywords.get("type"):
        case ast.Call(func=function, args=[choices, *_]) if _name(function) == "Choice":
            found = find_flag_value(choices, call.names)
            return tuple(found) if isinstance(found, list) else ()
    return ()


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
