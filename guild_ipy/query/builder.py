"""From what the parser recognises to nodes; the methods have the names of the rules of the grammar."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from guild_ipy.domain.flags import FlagValue, format_flag
from guild_ipy.errors import suggest
from guild_ipy.query.attributes import FLAG_WORDS, STATUS_WORDS
from guild_ipy.query.nodes import And, Comparison, Constant, Kind, Literal, Name, Node, Not, Operator, Or, Span
from guild_ipy.query.refusal import Refusal
from guild_ipy.query.values import compile_pattern

if TYPE_CHECKING:
    from lark import Token

_Part: TypeAlias = "Token | Name | Literal | tuple[Literal, ...] | Node"
_Value = TypeVar("_Value")

_COMPARISONS = {
    "=": Operator.EQUAL,
    "==": Operator.EQUAL,
    "<": Operator.LESS,
    "<=": Operator.AT_MOST,
    ">": Operator.MORE,
    ">=": Operator.AT_LEAST,
}
_MOMENTS = {"AFTER": Operator.AFTER, "BEFORE": Operator.BEFORE}

#: Words that YAML, and so ``flag=word``, reads as something else than text.
_YAML_WORDS: dict[str, FlagValue] = {
    **dict.fromkeys(["true", "yes", "on"], True),
    **dict.fromkeys(["false", "no", "off"], False),
    **dict.fromkeys(["undefined", "null", "~"]),
    **dict.fromkeys(["nan", ".nan"], math.nan),
    **dict.fromkeys(["inf", "+inf", ".inf", "+.inf"], math.inf),
    **dict.fromkeys(["-inf", "-.inf"], -math.inf),
}

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U(000[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4})|([\\\"'ntr]))")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_LARGEST = 2**63 - 1
_LONGEST_PATTERN = 1000
_SHOWN = 60
_DEEPEST_LIST = 20


class NodeBuilder:
    """Called by the parser for each rule, with what the rule is made of."""

    # -- tests joined

    def select(self, parts: Sequence[Node]) -> Node:
        """Take the whole."""
        return parts[0]

    def or_test(self, parts: Sequence[Node]) -> Node:
        """Join with ``or``."""
        return Or(items=tuple(parts), span=_around(parts))

    def and_test(self, parts: Sequence[Node]) -> Node:
        """Join with ``and``."""
        return And(items=tuple(parts), span=_around(parts))

    def negation(self, parts: tuple[Token, Node]) -> Node:
        """Put ``not`` before it."""
        return Not(item=parts[1], span=_around(parts))

    def group(self, parts: tuple[Token, Node, Token]) -> Node:
        """Put it in parentheses."""
        return replace(parts[1], span=_around(parts))

    def constant(self, parts: tuple[Token]) -> Node:
        """Read ``true`` or ``false``."""
        return Constant(value=parts[0].lower() == "true", span=_around(parts))

    # -- tests

    def compare(self, parts: tuple[Name, Token, Literal]) -> Node:
        """Compare with a sign."""
        sign = str(parts[1])
        if sign in {"!=", "<>"}:
            return _opposite(_test(Operator.EQUAL, parts))
        return _test(_COMPARISONS[sign], parts)

    def is_value(self, parts: tuple[Name, Token, Literal]) -> Node:
        """Compare with ``is``."""
        return _test(Operator.EQUAL, parts)

    def is_not_value(self, parts: tuple[Name, Token, Token, Literal]) -> Node:
        """Compare with ``is not``."""
        return _opposite(_test(Operator.EQUAL, parts))

    def member(self, parts: Sequence[_Part]) -> Node:
        """Look in a list."""
        return _perhaps_opposite(Operator.IN, parts)

    def contains(self, parts: Sequence[_Part]) -> Node:
        """Look for a part."""
        return _perhaps_opposite(Operator.CONTAINS, parts)

    def matches(self, parts: Sequence[_Part]) -> Node:
        """Look for a regular expression."""
        pattern = _one(Literal, parts)
        if len(pattern.text) > _LONGEST_PATTERN:
            raise Refusal(f"a regular expression has at most {_LONGEST_PATTERN} characters", pattern.span[0])
        try:
            compile_pattern(pattern.text)
        except (re.error, OverflowError, RecursionError) as error:
            why = str(error).split(" at position")[0]
            raise Refusal(f"{pattern.text[:_SHOWN]!r} is no regular expression: {why}", pattern.span[0]) from error
        return _perhaps_opposite(Operator.MATCHES, parts)

    def between(self, parts: Sequence[_Part]) -> Node:
        """Look between two values."""
        return _perhaps_opposite(Operator.BETWEEN, parts)

    def moment(self, parts: tuple[Name, Token, Literal] | tuple[Name, Token]) -> Node:
        """Look at the time; a span can stand alone: ``started today``."""
        literal = parts[2] if len(parts) > 2 else self.phrase((parts[1],))  # noqa: PLR2004 - name, word, value
        operator = _MOMENTS.get(parts[1].type, Operator.WITHIN)
        return Comparison(name=parts[0], operator=operator, literals=(literal,), span=_around(parts))

    def bare(self, parts: tuple[Name]) -> Node:
        """Read a word that is a test by itself."""
        name = parts[0]
        word = name.text.lower()
        is_plain = name.kind is None and name.qualifier is None and not name.step
        if is_plain and word in STATUS_WORDS:
            return _equals("status", word, name.span)
        if is_plain and word in FLAG_WORDS:
            attribute, value, holds = FLAG_WORDS[word]
            test = _equals(attribute, value, name.span)
            return test if holds else _opposite(test)
        hint = suggest(word, [*STATUS_WORDS, *FLAG_WORDS]) or (
            f"; compare it, ask '{name.text} is not undefined', or write 'op = {name.text}' if it is an operation"
        )
        raise Refusal(f"{name.text!r} alone is no test{hint}", name.span[0])

    # -- names and values

    def name(self, tokens: Sequence[Token]) -> Name:
        """Read a name with what stands before and after it."""
        by_type = {token.type: token for token in tokens}
        token = by_type.get("NAME")
        if token is None:
            prefix, text = by_type.get("PREFIX", "").removesuffix(":"), _unquote(by_type["STRING"])
        else:
            prefix, text = _split_prefix(str(token))
        if not text:
            end = _around(tokens)[1]
            raise Refusal(f"a name is missing after {prefix + ':'!r}" if prefix else "a name is missing", end)
        return Name(
            text=text,
            kind=Kind(prefix) if prefix else None,
            qualifier=by_type["QUALIFIER"].lower() if "QUALIFIER" in by_type else None,
            step="STEP" in by_type,
            position=_span(tokens["QUALIFIER" in by_type])[0],
            span=_around(tokens),
        )

    def items(self, parts: Sequence[_Part]) -> tuple[Literal, ...]:
        """Read what stands in brackets."""
        return tuple(part for part in parts if isinstance(part, Literal))

    def list_value(self, parts: Sequence[_Part]) -> Literal:
        """Read a list that is a value."""
        value: list[FlagValue] = [literal.value for literal in self.items(parts)]
        if _depth(value) > _DEEPEST_LIST:
            raise Refusal(f"a list is nested more than {_DEEPEST_LIST} deep", _around(parts)[0])
        return Literal(value=value, text=format_flag(value), span=_around(parts))

    def number(self, tokens: tuple[Token]) -> Literal:
        """Read a number; one of more than 64 bits is rounded."""
        text = str(tokens[0])
        is_whole = text.lstrip("+-").isdigit() and len(text) < 20 and abs(int(text)) <= _LARGEST  # noqa: PLR2004 - digits
        return Literal(value=int(text) if is_whole else float(text), text=text, span=_around(tokens))

    def text(self, tokens: tuple[Token]) -> Literal:
        """Read quoted text."""
        text = _unquote(tokens[0])
        return Literal(value=text, text=text, span=_around(tokens))

    def word(self, tokens: tuple[Token]) -> Literal:
        """Read unquoted text as YAML does."""
        text = str(tokens[0])
        return Literal(value=_YAML_WORDS.get(text.lower(), text), text=text, span=_around(tokens))

    def phrase(self, tokens: tuple[Token]) -> Literal:
        """Read words that say a time or a duration."""
        text = str(tokens[0])
        return Literal(value=text, text=text, span=_around(tokens))


def _test(operator: Operator, parts: Sequence[_Part]) -> Comparison:
    literals = tuple(part for part in parts if isinstance(part, Literal)) or _one(tuple, parts)
    return Comparison(name=_one(Name, parts), operator=operator, literals=literals, span=_around(parts))


def _equals(attribute: str, value: FlagValue, span: Span) -> Comparison:
    literal = Literal(value=value, text=str(value), span=span)
    return Comparison(name=Name(text=attribute, span=span), operator=Operator.EQUAL, literals=(literal,), span=span)


def _opposite(test: Comparison) -> Node:
    return Not(item=test, span=test.span)


def _perhaps_opposite(operator: Operator, parts: Sequence[_Part]) -> Node:
    test = _test(operator, parts)
    return _opposite(test) if any(getattr(part, "type", "") == "NOT" for part in parts) else test


def _one(kind: type[_Value], parts: Sequence[_Part]) -> _Value:
    return next(part for part in parts if isinstance(part, kind))


def _around(parts: Sequence[_Part]) -> Span:
    return _span(parts[0])[0], _span(parts[-1])[1]


def _span(part: _Part) -> Span:
    if isinstance(part, tuple):
        return part[0].span[0], part[-1].span[1]
    if isinstance(part, str):  # a token
        return part.start_pos or 0, part.end_pos or 0
    return part.span


def _depth(value: FlagValue) -> int:
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _split_prefix(text: str) -> tuple[str, str]:
    prefix, colon, rest = text.partition(":")
    return (prefix, rest) if colon and prefix in {kind.value for kind in Kind} else ("", text)


def _unquote(token: Token) -> str:
    text = token[1:-1]
    if "\\" not in text:
        return text
    if token[0] == "'":
        return text.replace("\\'", "'")
    return _ESCAPE.sub(_unescape, text)


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    return chr(int(code, 16)) if code else _ESCAPED.get(found[4], found[4])
