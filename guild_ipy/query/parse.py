"""From text to nodes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from guild_ipy.query.lalr import Unexpected, load_reader
from guild_ipy.query.nodes import And, Comparison, Name, Node, Not, Or
from guild_ipy.query.refusal import Refusal

#: What SQLite can take, with room to spare.
_DEEPEST = 20
_MOST_TESTS = 200
_MOST_VALUES = 10_000
_LONGEST = 200_000


@lru_cache(maxsize=256)
def parse_select(text: str) -> Node:
    """Read an expression.

    Parameters
    ----------
    text
        The expression; the language is described in :mod:`guild_ipy.query.grammar`.

    Raises
    ------
    SelectError
        If it is not understood.

    Examples
    --------
    >>> parse_select("lr < 0.1").name.text
    'lr'
    """
    node: Node = _parse(text, "select")
    try:
        _check_size(node)
    except Refusal as refusal:
        raise refusal.within(text) from None
    return node


def parse_name(text: str) -> Name:
    """Read a name with its prefix and qualifier, such as ``max val#acc``; SelectError if it is none."""
    name: Name = _parse(text, "name")
    return name


def _parse(text: str, start: str) -> Any:  # noqa: ANN401 - a node, or a name
    try:
        _check_text(text)
        return load_reader().read(text, start)
    except Unexpected:
        return _explain(text, start)
    except Refusal as refusal:
        raise refusal.within(text) from refusal.__cause__


def _explain(text: str, start: str) -> Any:  # noqa: ANN401 - as above
    """Let lark say what is wrong."""
    from lark import UnexpectedInput  # start-up cost: for those who have made an error

    from guild_ipy.query.grammar import load_parser
    from guild_ipy.query.syntax_errors import explain_syntax

    parser = load_parser()
    try:
        return parser.parse(text, start=start)
    except UnexpectedInput as error:
        raise explain_syntax(error, text, parser=parser, start=start).within(text) from None
    except Refusal as refusal:
        raise refusal.within(text) from refusal.__cause__


def _check_text(text: str) -> None:
    if not text.strip():
        raise Refusal("an expression is missing; write for example 'loss < 0.5 and completed'", 0)
    if len(text) > _LONGEST:
        raise Refusal(f"it has {len(text)} characters; more than {_LONGEST} are too many", _LONGEST)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refusal(f"{text[error.start]!r} is half a character", error.start) from error


def _check_size(whole: Node) -> None:
    """Refuse what would be too much for SQLite."""
    tests = values = 0
    rest = [(whole, 0)]
    while rest:
        node, depth = rest.pop()
        if depth > _DEEPEST:
            raise Refusal(f"it is nested more than {_DEEPEST} deep", node.span[0])
        if isinstance(node, Comparison):
            tests += 1
            values += len(node.literals)
            if tests > _MOST_TESTS or values > _MOST_VALUES:
                raise Refusal(f"it has more than {_MOST_TESTS} tests or {_MOST_VALUES} values", node.span[0])
        elif isinstance(node, And | Or):
            rest.extend((item, depth + 1) for item in node.items)
        elif isinstance(node, Not):
            rest.append((node.item, depth + 1))
