"""Flags of a script that uses argparse, read from its source.

A flag has the name of its first long option (``--learning-rate``: ``learning-rate``) as in Guild AI 0.9.0;
unlike there, short-only options (``-n``), positional arguments and those of sub-commands are flags.

A switch is a flag with the value that the script's variable gets where both have one name, as in Guild AI:
``--shuffle`` with ``store_false`` is ``shuffle=yes`` until ``shuffle=no`` gives the option. Where the option
says no to a variable of another name (``--no-cuda`` with ``dest="cuda"``), the flag says whether it is given:
``no-cuda=yes`` switches CUDA off.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from guild_ipy.domain.values.flags import FlagDef, FlagType, FlagValue, is_flag_value
from guild_ipy.operations.scripts.command_tree import CommandNode, choose_command
from guild_ipy.operations.scripts.script_interface import ArgumentStyle, InterfaceKind, ScriptArgument, ScriptInterface
from guild_ipy.operations.scripts.source.parsers import AddedArgument, Parser
from guild_ipy.operations.scripts.source.project_modules import ProjectModules
from guild_ipy.operations.scripts.source.script_reader import SourceReader
from guild_ipy.operations.scripts.static_values import Variables, find_flag_value, find_text, is_true


def read_argparse(
    tree: ast.Module, path: str, roots: Sequence[str], command: Sequence[str] = ()
) -> ScriptInterface | None:
    """Return the interface of a script from its parsers; None if it is not seen to have one.

    Parameters
    ----------
    path
        The path of the script.
    roots
        The folders where its imports begin.
    command
        The words after the script's name; only those that name sub-commands matter.
    """
    reader = SourceReader(ProjectModules(roots))
    reader.follow(tree, path)
    parser = _main_parser(reader, tree, path)
    if parser is None:
        return None
    root = _make_node(parser, is_complete=reader.is_complete)
    if not (root.arguments or root.commands or root.unread):
        return None
    return choose_command(root, command, InterfaceKind.ARGPARSE)


def _main_parser(reader: SourceReader, tree: ast.Module, path: str) -> Parser | None:
    """Return the parsers of the command line: the one that parses, else all."""
    parsers = _outer(reader.parsers)
    already = len(reader.parsers)
    reader.follow_unreached(tree, path)
    parsers = parsers or _outer(reader.parsers[already:])
    chosen = [parser for parser in parsers if parser.is_parsed] or parsers
    is_used = reader.given.is_parsed or _imports_argparse(tree)
    if not chosen and not is_used and not reader.loose.is_parsed:
        return None
    if not chosen and is_used and (reader.given.added or reader.given.is_parsed):
        chosen = [reader.given]
    merged = Parser()
    for each in (*chosen, reader.loose):
        merged.take_over(each)
        merged.commands |= each.commands
        merged.needs_command = merged.needs_command or each.needs_command
    return merged


def _outer(parsers: Iterable[Parser]) -> list[Parser]:
    return [parser for parser in parsers if not parser.is_command]


def _imports_argparse(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if any(name.partition(".")[0].endswith("argparse") for name in names):
            return True
    return False


def _make_node(parser: Parser, *, is_complete: bool) -> CommandNode:
    is_open = parser.is_open or not is_complete or any(not all(added.words) for added in parser.added)
    return CommandNode(
        arguments=_read_parser(parser),
        commands={name: _make_node(inner, is_complete=is_complete) for name, inner in parser.commands.items()},
        needs_command=parser.needs_command,
        unread="argparse" if is_open else "",
    )


def _read_parser(parser: Parser) -> tuple[ScriptArgument, ...]:
    arguments: dict[str, ScriptArgument] = {}
    for added in parser.added:
        argument = _read_added(added, parser.defaults)
        if argument is not None and added.is_in_doubt:
            argument = replace(argument, flag=replace(argument.flag, required=False))
        if argument is not None:
            alone = replace(argument, passes_default=False) if added.is_rival or added.is_in_doubt else argument
            arguments.setdefault(argument.flag.name, alone)
    return tuple(arguments.values())


@dataclass(frozen=True, kw_only=True)
class _ArgparseCall:
    """The parts of one ``add_argument(...)``."""

    name: str
    option: str | None
    """None for a positional argument."""
    keywords: Mapping[str, ast.expr]
    negates: bool = False
    """Whether the name of the option negates that of its variable."""

    @property
    def type(self) -> FlagType:
        """The type that ``type=`` gives; ANY if it is missing, or a function of the script."""
        match self.keywords.get("type"):
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return _TYPES.get(name, FlagType.ANY)
        return FlagType.ANY

    def text(self, keyword: str) -> str:
        return find_text(self.keywords.get(keyword), _NO_NAMES)

    def value(self, keyword: str) -> FlagValue:
        return find_flag_value(self.keywords.get(keyword), _NO_NAMES)


_TYPES = {
    "int": FlagType.INT,
    "float": FlagType.FLOAT,
    "str": FlagType.STRING,
    "Path": FlagType.STRING,
    "bool": FlagType.BOOLEAN,
}
#: Types of flags -> types of their values; with other types of flags text stays text.
_MADE: dict[FlagType, type] = {FlagType.INT: int, FlagType.FLOAT: float, FlagType.BOOLEAN: bool}


#: No names are needed: static expressions have been replaced by constants already.
_NO_NAMES: Variables = {}


def _read_added(added: AddedArgument, later_defaults: Mapping[str, ast.expr]) -> ScriptArgument | None:
    keywords = dict(added.keywords)
    dest = find_text(keywords.get("dest"), _NO_NAMES)
    option = _main_option(added)
    name = _flag_name(added, option, dest)
    if not name:
        return None
    dest = dest or name.replace("-", "_")
    if dest in later_defaults:
        keywords["default"] = later_defaults[dest]
    negates = dest != name.replace("-", "_") or bool(_SAYS_NO.match(name))
    parts = _ArgparseCall(name=name, option=option, keywords=keywords, negates=negates)
    return _ACTIONS.get(_action_name(keywords.get("action")), _read_custom)(parts)


#: A name such as ``no-cuda`` describes the option, whatever the name of its variable.
_SAYS_NO = re.compile(r"(no|not|dont|without|disable|skip)[-_]")


def _main_option(added: AddedArgument) -> str | None:
    prefixes = tuple(added.prefix_chars)
    options = [word for word in added.words if word.startswith(prefixes)]
    return next((option for option in options if _is_long(option, prefixes)), options[0] if options else None)


def _is_long(option: str, prefixes: tuple[str, ...]) -> bool:
    return option[:1] == option[1:2] and option.startswith(prefixes)


def _flag_name(added: AddedArgument, option: str | None, dest: str) -> str:
    if not all(added.words):
        return ""
    if option is None:
        return added.words[0] if added.words else dest
    return option[2:] if _is_long(option, tuple(added.prefix_chars)) else dest or option[1:]


def _action_name(node: ast.expr | None) -> str:
    match node:
        case None:
            return "store"
        case ast.Attribute(attr=name) | ast.Name(id=name) if name in {"BooleanOptionalAction", *_CLASSES}:
            return _CLASSES.get(name, name)
    return find_text(node, _NO_NAMES)


#: Classes of actions in argparse, which some scripts name.
_CLASSES = {"_StoreTrueAction": "store_true", "_StoreFalseAction": "store_false", "_StoreAction": "store"}


# -- actions


def _read_store(call: _ArgparseCall) -> ScriptArgument:
    if _is_many(call):
        return _read_values(call, ArgumentStyle.LIST)
    declared = call.type
    default = _convert(call.value("default"), declared)
    is_untyped = "type" not in call.keywords
    flag_type = declared
    if declared is FlagType.ANY and isinstance(default, bool):
        flag_type = FlagType.BOOLEAN
    elif is_untyped and (isinstance(default, str) or _are_texts(_read_choices(call))):
        flag_type = FlagType.STRING
    return ScriptArgument(
        flag=_define(call, flag_type, default=default, choices=_read_choices(call)),
        passes_default=type(default) is _MADE.get(declared, str),
        no_text="" if is_untyped or declared is FlagType.BOOLEAN else "False",
    )


def _read_custom(call: _ArgparseCall) -> ScriptArgument:
    """Read an action that the script defines, of which it is unknown how it converts the default."""
    if call.value("nargs") == 0 and "nargs" in call.keywords:
        return _read_given(call, default=False)
    if _is_many(call):
        return ScriptArgument(flag=_define(call, FlagType.LIST), style=ArgumentStyle.LIST, passes_default=False)
    return ScriptArgument(flag=_define(call, FlagType.ANY), passes_default=False)


def _read_values(call: _ArgparseCall, style: ArgumentStyle) -> ScriptArgument:
    default = call.value("default")
    made = _MADE.get(call.type, str)
    is_made = isinstance(default, list) and len(default) > 0 and all(type(item) is made for item in default)
    return ScriptArgument(
        flag=_define(call, FlagType.LIST, default=default, choices=_read_choices(call)),
        style=style,
        passes_default=style is ArgumentStyle.LIST and is_made,
    )


def _read_append(call: _ArgparseCall) -> ScriptArgument:
    return _read_values(call, ArgumentStyle.REPEAT)


def _read_count(call: _ArgparseCall) -> ScriptArgument:
    return ScriptArgument(flag=_define(call, FlagType.INT, default=call.value("default")), style=ArgumentStyle.COUNT)


def _read_store_true(call: _ArgparseCall) -> ScriptArgument:
    default = call.value("default") if "default" in call.keywords else False
    flag = _define(call, FlagType.BOOLEAN, default=default, switch=True)
    return ScriptArgument(flag=flag, style=ArgumentStyle.SWITCH)


def _read_store_false(call: _ArgparseCall) -> ScriptArgument:
    default = call.value("default") if "default" in call.keywords else True
    if call.negates:
        return _read_given(call, default=default is False)
    flag = _define(call, FlagType.BOOLEAN, default=default, switch=False)
    return ScriptArgument(flag=flag, style=ArgumentStyle.SWITCH)


def _read_given(call: _ArgparseCall, *, default: bool) -> ScriptArgument:
    """Read an option whose flag says whether it is given; a default of True means that it is always given."""
    flag = _define(call, FlagType.BOOLEAN, default=default, switch=True)
    return ScriptArgument(flag=flag, style=ArgumentStyle.SWITCH)


def _read_store_const(call: _ArgparseCall) -> ScriptArgument:
    """Read an option with one value: the flag has the value if the variable has the same name, else yes or no."""
    default, const = call.value("default"), call.value("const")
    if call.negates or const is None:
        return _read_given(call, default=const is not None and type(const) is type(default) and const == default)
    flag = _define(call, FlagType.BOOLEAN if isinstance(const, bool) else FlagType.ANY, default=default, switch=const)
    return ScriptArgument(flag=flag, style=ArgumentStyle.SWITCH)


def _read_append_const(call: _ArgparseCall) -> ScriptArgument:
    return _read_given(call, default=False)


def _read_pair(call: _ArgparseCall) -> ScriptArgument:
    flag = _define(call, FlagType.BOOLEAN, default=call.value("default"))
    return ScriptArgument(flag=flag, style=ArgumentStyle.PAIR, off_name=f"--no-{call.name}")


def _read_nothing(_call: _ArgparseCall) -> None:
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
    "append_const": _read_append_const,
    "help": _read_nothing,
    "version": _read_nothing,
    "parsers": _read_nothing,
}


# -- keywords


def _define(
    call: _ArgparseCall,
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
        required=is_true(call.keywords.get("required"), _NO_NAMES) or not is_optional,
        choices=choices,
        description=description,
        arg_name=call.option,
        arg_switch=switch,
    )


def _read_choices(call: _ArgparseCall) -> tuple[FlagValue, ...]:
    node = call.keywords.get("choices")
    found = node.value if isinstance(node, ast.Constant) else None
    choices: list[FlagValue] = list(found) if isinstance(found, list | dict) else []
    return tuple(choices) if is_flag_value(choices) else ()


def _are_texts(choices: Sequence[FlagValue]) -> bool:
    return bool(choices) and all(isinstance(choice, str) for choice in choices)


def _is_many(call: _ArgparseCall) -> bool:
    """Whether ``nargs`` makes a list; one that is not static, such as ``REMAINDER``, is taken to make one."""
    nargs = call.value("nargs")
    return "nargs" in call.keywords and nargs != "?" and not _is_none(call.keywords["nargs"])


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _convert(default: FlagValue, flag_type: FlagType) -> FlagValue:
    """Convert a default as argparse does: text by the type."""
    try:
        if flag_type is FlagType.INT and isinstance(default, str):
            return int(default)
        if flag_type is FlagType.FLOAT and isinstance(default, str | int):
            return float(default)
    except (ValueError, OverflowError):
        return None
    return default
