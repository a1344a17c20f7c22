"""Flags of a script that uses typer, read from its source: the parameters of the functions that are commands."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from guild_ipy.domain.values.flags import FlagDef, FlagType, FlagValue, is_flag_value
from guild_ipy.operations.scripts.command_tree import CommandNode, choose_command
from guild_ipy.operations.scripts.script_interface import ArgumentStyle, InterfaceKind, ScriptArgument, ScriptInterface
from guild_ipy.operations.scripts.static_values import Variables, find_flag_value, find_names, find_text, is_true

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def read_typer(tree: ast.Module, command: Sequence[str] = ()) -> ScriptInterface | None:
    """Return the interface of a script; None if no command is found.

    Parameters
    ----------
    command
        The words after the script's name; only those that name commands matter.
    """
    source = _TyperSource(
        tree=tree,
        names=find_names(tree),
        functions=[node for node in ast.walk(tree) if isinstance(node, _Function)],
        enums=dict(_find_enums(tree)),
    )
    function = _find_run(source)
    if function is not None:
        return choose_command(CommandNode(arguments=_read_function(function, source)), command, InterfaceKind.CLICK)
    app = _find_app(source)
    return None if app is None else choose_command(_make_node(app, source, is_root=True), command, InterfaceKind.CLICK)


@dataclass(frozen=True, kw_only=True)
class _TyperSource:
    tree: ast.Module
    names: Variables
    functions: Sequence[_Function]
    enums: Mapping[str, Mapping[str, FlagValue]]
    """The members of each Enum of the script, with their values."""


def _find_enums(tree: ast.Module) -> Iterator[tuple[str, dict[str, FlagValue]]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(_name(base).endswith("Enum") for base in node.bases):
            yield (
                node.name,
                {
                    statement.targets[0].id: find_flag_value(statement.value, {})
                    for statement in node.body
                    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
                },
            )


# -- commands


def _find_run(source: _TyperSource) -> _Function | None:
    """Find the function of ``typer.run(function)``."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="typer"), attr="run"), args=[ast.Name(id=name)]):
                return next((each for each in source.functions if each.name == name), None)
    return None


def _find_app(source: _TyperSource) -> str | None:
    """Find the name of the app that the script calls, else of the first."""
    apps = [
        statement.targets[0].id
        for statement in source.tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Call)
        and _name(statement.value.func) == "Typer"
    ]
    called = {_name(node.func) for node in ast.walk(source.tree) if isinstance(node, ast.Call)}
    return next((app for app in apps if app in called), apps[0] if apps else None)


def _make_node(app: str, source: _TyperSource, *, is_root: bool) -> CommandNode:
    own = [(function, call) for function in source.functions for call in _decorators(function, app)]
    callbacks = [function for function, call in own if _decorator_kind(call) == "callback"]
    commands = {
        _command_name(call, function.name, source): CommandNode(arguments=_read_function(function, source))
        for function, call in own
        if _decorator_kind(call) == "command"
    }
    inner = {name: _make_node(other, source, is_root=False) for other, name in _find_inner(app, source)}
    arguments = _read_function(callbacks[0], source) if callbacks else ()
    if is_root and len(commands) == 1 and not callbacks and not inner:
        return next(iter(commands.values()))
    is_alone = any(_says_alone(call, source) for _, call in own)
    every = {**commands, **inner}
    unread = "" if every else "typer"
    return CommandNode(arguments=arguments, commands=every, needs_command=bool(every) and not is_alone, unread=unread)


def _decorators(function: _Function, app: str) -> Iterator[ast.expr]:
    for decorator in function.decorator_list:
        match decorator.func if isinstance(decorator, ast.Call) else decorator:
            case ast.Attribute(value=ast.Name(id=owner), attr="command" | "callback") if owner == app:
                yield decorator


def _decorator_kind(decorator: ast.expr) -> str:
    return _name(decorator.func if isinstance(decorator, ast.Call) else decorator)


def _says_alone(decorator: ast.expr, source: _TyperSource) -> bool:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    return any(keyword.arg == "invoke_without_command" and is_true(keyword.value, source.names) for keyword in keywords)


def _command_name(decorator: ast.expr, function: str, source: _TyperSource) -> str:
    said: list[ast.expr] = []
    if isinstance(decorator, ast.Call):
        said = [*decorator.args[:1], *(keyword.value for keyword in decorator.keywords if keyword.arg == "name")]
    return (find_text(said[0], source.names) if said else "") or function.lower().replace("_", "-")


def _find_inner(app: str, source: _TyperSource) -> Iterator[tuple[str, str]]:
    """Find the apps that are added to an app, and their names."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="add_typer"), args=[ast.Name(id=other)]):
                name = next((find_text(each.value, source.names) for each in node.keywords if each.arg == "name"), "")
                if owner == app and name and other != app:
                    yield other, name


# -- parameters


def _read_function(function: _Function, source: _TyperSource) -> tuple[ScriptArgument, ...]:
    declared = function.args
    parameters = [*declared.posonlyargs, *declared.args]
    missing = [None] * (len(parameters) - len(declared.defaults))
    pairs = [*zip(parameters, [*missing, *declared.defaults], strict=True)]
    pairs += zip(declared.kwonlyargs, declared.kw_defaults, strict=True)
    found = (_read_parameter(parameter, default, source) for parameter, default in pairs)
    return tuple(argument for argument in found if argument is not None)


@dataclass(frozen=True, kw_only=True)
class _Parameter:
    """The parts of a parameter."""

    name: str
    type: ast.expr | None
    default: ast.expr | None
    """None for a required parameter."""
    words: tuple[str, ...]
    """The forms of its option that are declared."""
    keywords: Mapping[str, ast.expr]
    is_option: bool
    source: _TyperSource


def _read_parameter(parameter: ast.arg, default: ast.expr | None, source: _TyperSource) -> ScriptArgument | None:
    annotation, info = _unwrap(parameter.annotation)
    if annotation is not None and _name(annotation) == "Context":
        return None
    if isinstance(default, ast.Call) and _name(default.func) in {"Option", "Argument"}:
        info, given = default, default.args[:1]
        forms = default.args[1:]
        named = [keyword.value for keyword in default.keywords if keyword.arg == "default"]
        default = next(iter([*given, *named]), None)
    else:
        forms = info.args if info is not None else []
    if isinstance(default, ast.Constant) and default.value is ...:
        default = None
    is_option = _name(info.func) == "Option" if info is not None else default is not None
    words = tuple(find_text(word, source.names) for word in forms)
    keywords = {keyword.arg: keyword.value for keyword in info.keywords if keyword.arg} if info is not None else {}
    if parameter.annotation is None and default is None and not is_option:
        annotation = ast.Name(id="str", ctx=ast.Load())
    return _define(
        _Parameter(
            name=parameter.arg,
            type=annotation,
            default=default,
            words=words,
            keywords=keywords,
            is_option=is_option,
            source=source,
        )
    )


def _unwrap(annotation: ast.expr | None) -> tuple[ast.expr | None, ast.Call | None]:
    """Split ``Annotated[T, typer.Option(...)]``, and remove None from a union."""
    info = None
    match annotation:
        case ast.Subscript(value=owner, slice=ast.Tuple(elts=[inner, *more])) if _name(owner) == "Annotated":
            calls = [each for each in more if isinstance(each, ast.Call) and _name(each.func) in {"Option", "Argument"}]
            annotation, info = inner, calls[0] if calls else None
        case ast.Constant(value=str(text)):
            try:
                annotation, info = _unwrap(ast.parse(text, mode="eval").body)
            except SyntaxError:
                return None, None
    match annotation:
        case ast.Subscript(value=owner, slice=inner) if _name(owner) == "Optional":
            return inner, info
        case ast.BinOp(op=ast.BitOr(), left=left, right=ast.Constant(value=None)):
            return left, info
        case ast.BinOp(op=ast.BitOr(), left=ast.Constant(value=None), right=right):
            return right, info
    return annotation, info


def _define(parameter: _Parameter) -> ScriptArgument:
    forms = [word for word in parameter.words if word.startswith("-")]
    usual = f"--{parameter.name.replace('_', '-')}"
    option = next((word for word in forms if word.startswith("--")), forms[0] if forms else usual)
    option, _, off = (part.strip() for part in option.partition("/"))
    flag_type, choices = _read_type(parameter)
    default = _read_default(parameter)
    style = _style(parameter, flag_type)
    is_switch = style is ArgumentStyle.VALUE and flag_type is FlagType.BOOLEAN and parameter.is_option
    if is_switch:
        style = ArgumentStyle.PAIR
        off = off or ("" if forms else f"--no-{option[2:]}")
    flag = FlagDef(
        name=option.lstrip("-") if parameter.is_option else parameter.name,
        type=FlagType.INT if style is ArgumentStyle.COUNT else flag_type,
        default=default,
        required=parameter.default is None,
        choices=choices,
        description=find_text(parameter.keywords.get("help"), parameter.source.names),
        arg_name=option if parameter.is_option else None,
    )
    if is_switch and not off:
        return ScriptArgument(flag=replace(flag, arg_switch=True), style=ArgumentStyle.SWITCH)
    return ScriptArgument(flag=flag, style=style, off_name=off, passes_default="envvar" not in parameter.keywords)


_TYPES = {
    "int": FlagType.INT,
    "float": FlagType.FLOAT,
    "str": FlagType.STRING,
    "bool": FlagType.BOOLEAN,
    "Path": FlagType.STRING,
    "datetime": FlagType.STRING,
    "UUID": FlagType.STRING,
}
_LISTS = {"list", "List", "tuple", "Tuple", "set", "Set", "Sequence"}


def _read_type(parameter: _Parameter) -> tuple[FlagType, tuple[FlagValue, ...]]:
    annotation = parameter.type
    match annotation:
        case None:
            default = _read_default(parameter)
            return _TYPES.get(type(default).__name__, FlagType.ANY), ()
        case ast.Subscript(value=owner) if _name(owner) in _LISTS:
            return FlagType.LIST, ()
        case ast.Subscript(value=owner, slice=choices) if _name(owner) == "Literal":
            found = find_flag_value(choices if isinstance(choices, ast.Tuple) else ast.List(elts=[choices]), {})
            texts = tuple(map(str, found)) if isinstance(found, list) else ()
            return FlagType.STRING, texts
    name = _name(annotation)
    members = parameter.source.enums.get(name)
    if members is not None:
        return FlagType.STRING, tuple(str(value) for value in members.values() if value is not None)
    return (FlagType.LIST, ()) if name in _LISTS else (_TYPES.get(name, FlagType.ANY), ())


def _read_default(parameter: _Parameter) -> FlagValue:
    match parameter.default:
        case ast.Attribute(value=ast.Name(id=owner), attr=member) if owner in parameter.source.enums:
            value = parameter.source.enums[owner].get(member)
            return None if value is None else str(value)
        case ast.Call(func=function, args=[ast.Constant(value=str(text))]) if _name(function) == "Path":
            return text
    value = find_flag_value(parameter.default, parameter.source.names)
    is_float = parameter.type is not None and _name(parameter.type) == "float"
    if is_float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value if is_flag_value(value) else None


def _style(parameter: _Parameter, flag_type: FlagType) -> ArgumentStyle:
    if is_true(parameter.keywords.get("count"), parameter.source.names):
        return ArgumentStyle.COUNT
    if flag_type is not FlagType.LIST:
        return ArgumentStyle.VALUE
    owner = parameter.type.value if isinstance(parameter.type, ast.Subscript) else parameter.type
    is_tuple = owner is not None and _name(owner) in {"tuple", "Tuple"}
    return ArgumentStyle.LIST if is_tuple or not parameter.is_option else ArgumentStyle.REPEAT


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
