"""How long and how deep an expression may be: as much as SQLite can take, with room to spare."""

from __future__ import annotations

import re

from guild_ipy.query.checks import compile_pattern
from guild_ipy.query.nodes import And, Comparison, Literal, Node, Not, Or
from guild_ipy.query.refusal import Refusal

DEEPEST = 20
_MOST_TESTS = 200
_MOST_VALUES = 10_000
_LONGEST = 200_000
_LONGEST_PATTERN = 1000
_SHOWN = 60


def check_pattern(pattern: Literal) -> None:
    """Refuse text that is not a regular expression, or is too long for one."""
    if len(pattern.text) > _LONGEST_PATTERN:
        raise Refusal(f"a regular expression has at most {_LONGEST_PATTERN} characters", pattern.span[0])
    try:
        compile_pattern(pattern.text)
    except (re.error, OverflowError, RecursionError) as error:
        why = str(error).split(" at position")[0]
        raise Refusal(f"{pattern.text[:_SHOWN]!r} is no regular expression: {why}", pattern.span[0]) from error


def check_text(text: str) -> None:
    """Refuse a text that is empty, too long or not UTF-8."""
    if not text.strip():
        raise Refusal("an expression is missing; write for example 'loss < 0.5 and completed'", 0)
    if len(text) > _LONGEST:
        raise Refusal(f"it has {len(text)} characters; more than {_LONGEST} are too many", _LONGEST)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refusal(f"{text[error.start]!r} is half a character", error.start) from error


def check_size(whole: Node) -> None:
    """Refuse an expression that would be too much for SQLite."""
    tests = values = 0
    rest = [(whole, 0)]
    while rest:
        node, depth = rest.pop()
        if depth > DEEPEST:
            raise Refusal(f"it is nested more than {DEEPEST} deep", node.span[0])
        if isinstance(node, Comparison):
            tests += 1
            values += len(node.literals)
            if tests > _MOST_TESTS or values > _MOST_VALUES:
                raise Refusal(f"it has more than {_MOST_TESTS} tests or {_MOST_VALUES} values", node.span[0])
        elif isinstance(node, And | Or):
            rest.extend((item, depth + 1) for item in node.items)
        elif isinstance(node, Not):
            rest.append((node.item, depth + 1))
