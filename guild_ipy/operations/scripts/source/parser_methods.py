"""The effects of the methods of argparse on the parsers of a source."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from guild_ipy.operations.scripts.source.calls import CallArguments
from guild_ipy.operations.scripts.source.objects import Foreign, Function, Object
from guild_ipy.operations.scripts.source.parsers import AddedArgument, Commands, Parser
from guild_ipy.operations.scripts.static_values import is_plain

#: Libraries whose parsers take no other arguments than those added to them.
_PLAIN = {"argparse", "configargparse"}


@dataclass(eq=False, kw_only=True)
class Method:
    """A method of a parser, or of the result of ``add_subparsers()``."""

    owner: Parser | Commands
    name: str


def is_parser_class(found: Foreign) -> bool:
    """Whether a library object is a class of parsers."""
    return not found.is_made and found.name.rpartition(".")[2].endswith(("ArgumentParser", "ArgParser"))


def adds_arguments(node: ast.FunctionDef) -> bool:
    """Whether a function itself adds arguments to a parser."""
    return any(isinstance(inner, ast.Attribute) and inner.attr == "add_argument" for inner in ast.walk(node))


def make_parser(made_of: Foreign, given: CallArguments) -> Parser:
    """Make a parser with the arguments of its parents."""
    library, dot, _ = made_of.name.partition(".")
    parser = Parser(
        prefix_chars=_text(given.named.get("prefix_chars")) or "-", is_open=bool(dot) and library not in _PLAIN
    )
    _take_parents(parser, given)
    return parser


def call_method(method: Method, given: CallArguments, *, in_doubt: bool) -> object:
    """Apply a method of a parser, and return its result.

    Parameters
    ----------
    in_doubt
        Whether it is unknown if this call is reached.
    """
    if isinstance(method.owner, Commands):
        return _add_parser(method.owner, given) if method.name == "add_parser" else Foreign(name="", is_made=True)
    if method.name == "add_argument":
        return _add_argument(method.owner, given, in_doubt=in_doubt)
    call = PARSER_METHODS.get(method.name)
    if call is not None:
        return call(method.owner, given)
    if method.name.startswith("add_"):
        method.owner.is_open = True  # a method of a library that builds on argparse
    return Foreign(name="", is_made=True)


def _add_argument(parser: Parser, given: CallArguments, *, in_doubt: bool = False) -> object:
    added = AddedArgument(
        words=tuple(map(_text, given.positional)),
        keywords={name: _as_node(value) for name, value in given.named.items()},
        is_rival=parser.is_rivals,
        is_in_doubt=in_doubt,
        prefix_chars=parser.prefix_chars,
    )
    parser.added.append(added)
    return Foreign(name="", is_made=True)


def _add_group(parser: Parser, _given: CallArguments) -> Parser:
    return parser.group(is_rivals=False)


def _add_rivals(parser: Parser, _given: CallArguments) -> Parser:
    return parser.group(is_rivals=True)


def _add_subparsers(parser: Parser, given: CallArguments) -> Commands:
    parser.needs_command = given.named.get("required") is True
    return Commands(parser=parser)


def _add_loose_parser(parser: Parser, given: CallArguments) -> Parser:
    return _add_parser(Commands(parser=parser), given)


def _add_parser(commands: Commands, given: CallArguments) -> Parser:
    name = _text(given.positional[0] if given.positional else given.named.get("name"))
    aliases = given.named.get("aliases")
    others = list(map(_text, aliases)) if isinstance(aliases, list) else []
    made = commands.add(name, others, _text(given.named.get("prefix_chars")) or "-")
    _take_parents(made, given)
    return made


def _take_parents(parser: Parser, given: CallArguments) -> None:
    parents = given.named.get("parents", [])
    for parent in parents if isinstance(parents, list) else [None]:
        found = parent.parser if isinstance(parent, Object) else parent
        if isinstance(found, Parser):
            parser.take_over(found)
        else:
            parser.is_open = True


def _set_defaults(parser: Parser, given: CallArguments) -> object:
    parser.defaults.update({name: _as_node(value) for name, value in given.named.items()})
    return Foreign(name="", is_made=True)


def _parse(parser: Parser, _given: CallArguments) -> object:
    parser.is_parsed = True
    return Foreign(name="", is_made=True)


PARSER_METHODS: dict[str, Callable[[Parser, CallArguments], object]] = {
    "add_argument": _add_argument,
    "add_argument_group": _add_group,
    "add_mutually_exclusive_group": _add_rivals,
    "add_subparsers": _add_subparsers,
    "add_parser": _add_loose_parser,
    "set_defaults": _set_defaults,
    "parse_args": _parse,
    "parse_known_args": _parse,
    "parse_intermixed_args": _parse,
    "parse_known_intermixed_args": _parse,
    "parse_args_into_dataclasses": _parse,
}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _as_node(value: object) -> ast.expr:
    """Return an expression for a value: a constant, or the name of an object."""
    if isinstance(value, ast.expr):
        return value
    if is_plain(value):
        return ast.Constant(value=value)  # type: ignore[arg-type] # also a list, which source cannot write
    if isinstance(value, Function) and not isinstance(value.node, ast.Lambda):
        return ast.Name(id=value.node.name, ctx=ast.Load())
    if isinstance(value, Foreign) and value.name:
        return ast.Name(id=value.name.rpartition(".")[2], ctx=ast.Load())
    return ast.Name(id="_", ctx=ast.Load())


#: Functions that take a parser, and add nothing to it.
_HARMLESS = {"print", "argcomplete.autocomplete", "isinstance", "vars", "str", "repr", "id", "len", "list"}


def open_parsers(callee: object, given: CallArguments) -> None:
    """Mark parsers that are passed to code without source, which may add arguments."""
    if isinstance(callee, Foreign) and callee.name in _HARMLESS:
        return
    for value in (*given.positional, *given.named.values()):
        parser = value.parser if isinstance(value, Object) else value
        if isinstance(parser, Parser):
            parser.is_open = True
