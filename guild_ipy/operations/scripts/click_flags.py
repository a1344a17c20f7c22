"""Flags of a script that uses click, read from its source.

The command is the one that the script calls at its end, else the first. An option's flag has the name of its first
long form, as in Guild AI 0.9.0; unlike there, arguments are flags too, and so are those of a group's commands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from guild_ipy.domain.values.flags import FlagDef, FlagType, FlagValue
from guild_ipy.operations.scripts.command_tree import CommandNode, choose_command
from guild_ipy.operations.scripts.script_interface import ArgumentStyle, InterfaceKind, ScriptArgument, ScriptInterface
from guild_ipy.operations.scripts.static_values import (
    NotStaticError,
    Variables,
    evaluate,
    find_flag_value,
    find_names,
    find_text,
    is_true,
)

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def read_click(tree: ast.Module, command: Sequence[str] = ()) -> ScriptInterface | None:
    """Return the interface of the script's command; None if it has none.

    Parameters
    ----------
    command
        The words after the script's name; only those that name commands of a group matter.
    """
    source = _ClickSource(
        names=find_names(tree),
        functions=[node for node in ast.walk(tree) if isinstance(node, _Function)],
        values={
            statement.targets[0].id: statement.value
            for statement in tree.body
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        },
        added=_find_added(tree),
        default_maps=_find_default_maps(tree),
    )
    function = _find_command(tree, source)
    if function is None:
        return None
    return choose_command(_make_node(function, source, _default_map(source)), command, InterfaceKind.CLICK)


@dataclass(frozen=True, kw_only=True)
class _ClickSource:
    """The parts of a script that matter for click."""

    names: Variables
    functions: Sequence[_Function]
    values: Mapping[str, ast.expr]
    """The values that the script assigns to names."""
    added: Sequence[tuple[str, str, str]]
    """Group, function and name of each ``group.add_command(function, name)``."""
    default_maps: Sequence[ast.expr | None]
    """The ``default_map``; None if it is known only when the script runs."""


# -- commands


def _find_command(tree: ast.Module, source: _ClickSource) -> _Function | None:
    commands = [function for function in source.functions if _owner_of(function) == ""]
    called = {
        node.func.id
        for statement in tree.body
        if not isinstance(statement, _Function | ast.ClassDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return next((command for command in commands if command.name in called), commands[0] if commands else None)


def _owner_of(function: _Function) -> str | None:
    """Return the group to which a command belongs; empty for none, and None for a function that is not a command."""
    for decorator in function.decorator_list:
        match decorator.func if isinstance(decorator, ast.Call) else decorator:
            case ast.Name(id="command" | "group"):
                return ""
            case ast.Attribute(value=ast.Name(id=owner), attr="command" | "group"):
                return "" if owner.endswith("click") else owner
    return None


def _make_node(function: _Function, source: _ClickSource, defaults: FlagValue) -> CommandNode:
    arguments: dict[str, ScriptArgument] = {}
    unread = ""
    for decorator in function.decorator_list:
        calls = list(_option_calls(decorator, source))
        if not calls and not _is_known(decorator):
            unread = "click"
        for call in calls:
            argument = _read_decorator(call, source.names, defaults)
            unread = unread or ("" if argument is not None else "click")
            if argument is not None:
                arguments.setdefault(argument.flag.name, argument)
    made = _decorator_of(function)
    is_alone = made is not None and is_true(made.get("invoke_without_command"), source.names)
    commands = _find_commands(function, source, defaults)
    return CommandNode(
        arguments=tuple(arguments.values()),
        commands=commands,
        needs_command=bool(commands) and not is_alone,
        unread=unread,
    )


def _decorator_of(function: _Function) -> dict[str, ast.expr] | None:
    """Return the keywords of the decorator that makes a function a command; a positional name is added to them."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and _name(decorator.func) in {"command", "group"}:
            given = {keyword.arg: keyword.value for keyword in decorator.keywords if keyword.arg}
            return {"name": decorator.args[0], **given} if decorator.args else given
    return None


def _find_commands(group: _Function, source: _ClickSource, defaults: FlagValue) -> dict[str, CommandNode]:
    own = [(function, "") for function in source.functions if _owner_of(function) == group.name]
    by_name = {function.name: function for function in source.functions}
    own += [(by_name[name], said) for owner, name, said in source.added if owner == group.name and name in by_name]
    found: dict[str, CommandNode] = {}
    for function, said in own:
        keywords = _decorator_of(function) or {}
        name = said or find_text(keywords.get("name"), source.names) or _usual_name(function.name)
        inner = defaults.get(name) if isinstance(defaults, dict) else None
        found[name] = _make_node(function, source, _NO_DEFAULTS if defaults is _NO_DEFAULTS else inner)
    return found


def _usual_name(function: str) -> str:
    """Return the default name of the command of a function."""
    name = function.lower().replace("_", "-")
    for end in ("-command", "-cmd", "-group", "-grp"):
        name = name.removesuffix(end)
    return name


def _find_added(tree: ast.Module) -> list[tuple[str, str, str]]:
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=owner), attr="add_command"), args=[ast.Name(id=name), *rest]
            ):
                said = [*rest, *(keyword.value for keyword in node.keywords if keyword.arg == "name")]
                found.append((owner, name, find_text(said[0], {}) if said else ""))
    return found


# -- defaults of a context

#: Stands for a map of defaults whose content is known only when the script runs.
_NO_DEFAULTS: dict[str, FlagValue] = {"": None}


def _find_default_maps(tree: ast.Module) -> list[ast.expr | None]:
    found: list[ast.expr | None] = []
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="default_map", value=value):
                found.append(value)
            case ast.Attribute(attr="default_map", ctx=ast.Store()):
                found.append(None)
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                found += [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "default_map"]
    return found


def _default_map(source: _ClickSource) -> FlagValue:
    if not source.default_maps:
        return None
    first = source.default_maps[0]
    try:
        value = None if first is None or len(source.default_maps) > 1 else evaluate(first, source.names)
    except NotStaticError:
        value = None
    return value if isinstance(value, dict) else _NO_DEFAULTS


# -- decorators

#: Decorators of click that do not add an option with a value.
_KNOWN = {
    "command",
    "group",
    "pass_context",
    "pass_obj",
    "version_option",
    "help_option",
    "confirmation_option",
    "wraps",
}


def _is_known(decorator: ast.expr) -> bool:
    return _name(decorator.func if isinstance(decorator, ast.Call) else decorator) in _KNOWN


def _option_calls(decorator: ast.expr, source: _ClickSource) -> Iterator[ast.Call]:
    """Find the options that a decorator adds: one, or those in a function or list of the script."""
    if isinstance(decorator, ast.Call) and _name(decorator.func) in {"option", "argument"}:
        yield decorator
        return
    name = _name(decorator.func if isinstance(decorator, ast.Call) else decorator)
    own = source.values.get(name) or next((each for each in source.functions if each.name == name), None)
    if own is not None and _name(decorator) not in _KNOWN:
        calls = [
            node for node in ast.walk(own) if isinstance(node, ast.Call) and _name(node.func) in {"option", "argument"}
        ]
        yield from sorted(calls, key=lambda call: (call.lineno, call.col_offset))


# -- one decorator


@dataclass(frozen=True, kw_only=True)
class _ClickCall:
    """The parts of one ``@click.option(...)`` or ``@click.argument(...)``."""

    name: str
    parameter: str
    """The parameter of the function that gets the value."""
    option: str | None
    """None for an argument."""
    off: str
    """The option after the slash in ``--yes/--no``."""
    keywords: dict[str, ast.expr]
    names: Variables

    def value(self, keyword: str) -> FlagValue:
        return find_flag_value(self.keywords.get(keyword), self.names)

    def says(self, keyword: str) -> bool:
        return is_true(self.keywords.get(keyword), self.names)


def _read_decorator(decorator: ast.Call, names: Variables, defaults: FlagValue) -> ScriptArgument | None:
    call = _read_words(decorator, names)
    if call is None:
        return None
    if isinstance(defaults, dict) and defaults is not _NO_DEFAULTS and call.parameter in defaults:
        call.keywords["default"] = ast.Constant(value=defaults[call.parameter])  # type: ignore[arg-type] # lists, too
    argument = _read(call)
    if defaults is _NO_DEFAULTS:
        unknown = replace(argument.flag, default=None, required=False)
        return replace(argument, flag=unknown, passes_default=False)
    if isinstance(defaults, dict) and call.parameter in defaults:
        argument = replace(argument, flag=replace(argument.flag, required=False))
    return replace(argument, passes_default=False) if "envvar" in call.keywords else argument


def _read_words(decorator: ast.Call, names: Variables) -> _ClickCall | None:
    kind = _name(decorator.func)
    words = [find_text(word, names) for word in decorator.args]
    keywords = {keyword.arg: keyword.value for keyword in decorator.keywords if keyword.arg}
    if not words or not all(words):
        return None
    if kind == "argument":
        name = words[0].lower().replace("-", "_")
        return _ClickCall(name=name, parameter=name, option=None, off="", keywords=keywords, names=names)
    option, off = _main_option(words)
    parameter = next((word for word in words if not word.strip().startswith("-")), "")
    name = option[2:] if option.startswith("--") else parameter or option.lstrip("-")
    longest = max(words, key=lambda word: len(word) - len(word.lstrip("-"))).partition("/")[0].strip()
    parameter = parameter or longest.lstrip("-").replace("-", "_").lower()
    call = _ClickCall(name=name, parameter=parameter, option=option, off=off, keywords=keywords, names=names)
    return call if option else None


def _main_option(words: list[str]) -> tuple[str, str]:
    """Return the first long option, or else the first, and the option after its slash."""
    options = [word for word in words if word.strip().startswith("-")]
    main = next((word for word in options if word.startswith("--")), options[0] if options else "")
    on, _, off = main.partition("/")
    return on.strip(), off.strip()


def _read(call: _ClickCall) -> ScriptArgument:
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


def _read_switch(call: _ClickCall) -> ScriptArgument:
    """Read an option without a value; the effect of one that is on by default depends on the version of click."""
    flag = _define(call, FlagType.BOOLEAN, default=call.value("default") is True, switch=True)
    return ScriptArgument(flag=flag, style=ArgumentStyle.SWITCH)


def _read_value(call: _ClickCall) -> ScriptArgument:
    default = call.value("default")
    flag_type = _declared_type(call, default)
    if flag_type is FlagType.FLOAT and isinstance(default, int):
        default = float(default)
    return ScriptArgument(flag=_define(call, flag_type, default=default, choices=_read_choices(call)))


def _define(
    call: _ClickCall,
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


def _declared_type(call: _ClickCall, default: FlagValue) -> FlagType:
    """Return the type that click uses: the declared one, else the type of the default, else text."""
    declared = call.keywords.get("type")
    if declared is None:
        return _BY_DEFAULT.get(type(default), FlagType.ANY)
    return _BY_NAME.get(_name(declared.func if isinstance(declared, ast.Call) else declared), FlagType.ANY)


def _read_choices(call: _ClickCall) -> tuple[FlagValue, ...]:
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
