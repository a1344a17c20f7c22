r"""The select language: one test, or several with ``and``, ``or``, ``not`` and parentheses.

``or`` binds least, then ``and``, then ``not``. The case of keywords does not matter::

    SELECT    ALL [or ALL ...]
    ALL       ONE [and ONE ...]
    ONE       not ONE | ( SELECT ) | true | false | TEST
    TEST      NAME = VALUE          also ==;  != or <> for not equal;  < <= > >=
            | NAME is [not] VALUE
            | NAME [not] in [VALUE, ...]        also in parentheses
            | NAME [not] contains VALUE         a part of a text, whatever its case, or a member of a list
            | NAME [not] matches VALUE          a regular expression that is found somewhere in a text
            | NAME [not] between VALUE and VALUE
            | MOMENT after VALUE | MOMENT before VALUE | MOMENT [within|on] SPAN
            | WORD
    WORD      pending staged running completed error terminated damaged
              (also: complete, errored, failed) | marked unmarked labeled unlabeled is_batch
    NAME      [attr:|flag:|scalar:] name        quoted if it has a space: 'my flag', flag:'my flag'
            | [first|last|min|max|avg|total|count] scalar [step]
    MOMENT    started | stopped | initialized
    SPAN      N UNIT | last N UNIT | this|last UNIT | N UNIT ago | today | yesterday | DATE [TIME]
    VALUE     0.1 | 1e-3 | nan | inf | text | "text" | 'text' | true yes on | false no off | undefined null
            | [VALUE, ...] | SPAN

A name is looked for among the attributes, then the flags, then the scalars *of each run*; a scalar without a
qualifier is its last value. With ``step`` the step at which that value was reported is meant.

A test of something that the run does not have is false, as is one between a number and a text. ``!=`` and each
``not`` are the exact opposite of the test without it, so they hold for these runs. Truth values are the numbers 1 and
0, a NaN equals NaN and has no order.

Spans of time are those of ``time_range``. In ``<`` and ``>=`` they stand for their beginning, in
``>`` and ``<=`` for the moment from which ``after`` counts; ``=`` is anywhere within.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from guild_ipy.domain.values.flags import FlagValue, format_flag
from guild_ipy.errors import suggest
from guild_ipy.query.limits import DEEPEST, check_pattern, check_size, check_text
from guild_ipy.query.nodes import And, Comparison, Constant, Kind, Literal, Name, Node, Not, Operator, Or
from guild_ipy.query.refusal import Refusal
from guild_ipy.query.words import FLAG_WORDS, STATUS_WORDS

_Read = TypeVar("_Read")

#: Each costs three frames of Python's stack, which has 1,000.
_MOST_PARENTHESES = 100
_LARGEST = 2**63 - 1


# -- patterns of words: a pattern takes a word, group 1, and the blanks after it


def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"({pattern})\s*", re.DOTALL)


def _keyword(words: str) -> re.Pattern[str]:
    return _word(rf"(?ai:{words}){_END}")


#: A word, keyword or number ends before one of these.
_END = r"(?=[\s,<>!=()\[\]]|$)"
_RESERVED = rf"(?ai:and|or|not|in|is|contains){_END}"
_UNIT = r"(?ai:(?:second|sec|minute|min|hour|hr|day|week|month|year)s?)"
_RELATIVE = rf"(?ai:this|last)\s+(?:\d+\s+)?{_UNIT}"
_JOINTS = r"(?ai:and|or|in|is|not|contains|matches|between|after|before|within|on|today|yesterday)"
_AFTER_A_NAME = rf"{_JOINTS}|{_RELATIVE}"

_AND, _OR, _NOT, _IS, _IN, _STEP = map(_keyword, ("and", "or", "not", "is", "in", "step"))
_CHECK = _keyword("contains|matches|between")
_WHEN = _keyword("after|before|within|on")
_TRUTH = _keyword("true|false")
_SIGN = _word("<=|>=|<>|!=|==|=|<|>")
_OPEN, _CLOSE, _OPEN_LIST, _CLOSE_LIST, _COMMA = map(_word, (r"\(", r"\)", r"\[", r"\]", ","))
_QUALIFIER = _word(rf"(?ai:first|last|min|max|avg|total|count)(?=\s+(?!(?:{_AFTER_A_NAME}){_END})[\"'\w])")
_PREFIX = _word("(?:attr|flag|scalar):(?=[\"'])")
_NAME = _word(rf"(?!{_RESERVED})[^\W\d][^\s,<>!=()\[\]]*")
_SPAN = _word(
    rf"(?:(?ai:today|yesterday)|{_RELATIVE}|\d+(?:\.\d+)?\s+{_UNIT}(?:\s+(?ai:ago))?"
    rf"|(?:\d\d(?:\d\d)?-)?\d\d?-\d\d?(?:(?:\s+|T)\d\d?:\d\d(?::\d\d)?)?){_END}"
)
_NUMBER = _word(rf"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?{_END}")
_STRING = _word(r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'")
_PLAIN = _word(rf"(?!{_RESERVED})[^\s,<>!=()\[\]\"'][^\s,<>!=()\[\]]*(?:\(\))?")
#: Words as an error shows them.
_ANYTHING = re.compile(r"[<>!=~]+|[^\s,<>!=()\[\]]+|\S")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U(000[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4})|([\\\"'ntr]))")

# -- meanings of words

_OPERATORS = {**{each.value: each for each in Operator}, "==": Operator.EQUAL, "on": Operator.WITHIN}
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}

#: Words that YAML, and so ``flag=word``, reads as something else than text.
_YAML_WORDS: dict[str, FlagValue] = {
    **dict.fromkeys(["true", "yes", "on"], True),
    **dict.fromkeys(["false", "no", "off"], False),
    **dict.fromkeys(["undefined", "null", "~"]),
    **dict.fromkeys(["nan", ".nan"], math.nan),
    **dict.fromkeys(["inf", "+inf", ".inf", "+.inf"], math.inf),
    **dict.fromkeys(["-inf", "-.inf"], -math.inf),
}

#: Operators of other languages that people may write.
_HINTS = {"&&": "and", "&": "and", "||": "or", "|": "or", "!": "not", "===": "=", "!==": "!="}
_HINTS |= {"like": "contains", "~": "matches", "=~": "matches"}


@lru_cache(maxsize=256)
def parse_select(text: str) -> Node:
    """Read an expression; SelectError says what is wrong with it.

    Examples
    --------
    >>> parse_select("lr < 0.1").name.text
    'lr'
    """
    try:
        check_text(text)
        parser = _Parser(text)
        node = parser.whole(parser.select)
        check_size(node)
    except Refusal as refusal:
        raise refusal.within(text) from refusal.__cause__
    return node


def parse_name(text: str) -> Name:
    """Read a name with its prefix and qualifier, such as ``max val#acc``; SelectError if it is not one."""
    try:
        check_text(text)
        parser = _Parser(text)
        return parser.whole(parser.name)
    except _Unexpected as refusal:
        message = f"{text.strip()!r} is no name; write for example 'lr' or 'max loss'"
        raise Refusal(message, refusal.position).within(text) from None
    except Refusal as refusal:
        raise refusal.within(text) from None


class _Unexpected(Refusal):
    """A word that cannot stand where it does."""


class _Parser:
    """Reads from left to right; a method reads one line of the grammar, or refuses."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = len(text) - len(text.lstrip())
        self._end = 0
        """Where the last word ended."""
        self._parentheses = 0
        """How many are open."""

    def whole(self, read: Callable[[], _Read]) -> _Read:
        """Read something to the end of the text."""
        found = read()
        if self._position < len(self._text):
            raise self._unexpected("'and' or 'or'")
        return found

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        """Take the next word, if it matches a pattern."""
        found = pattern.match(self._text, self._position)
        if found is None:
            return None
        self._position, self._end = found.end(), found.end(1)
        return found[1]

    def _sees(self, *patterns: re.Pattern[str]) -> bool:
        return any(pattern.match(self._text, self._position) for pattern in patterns)

    # -- tests joined

    def select(self) -> Node:
        """Read ``ALL [or ALL ...]``."""
        items = [self._all()]
        while self._take(_OR):
            items.append(self._all())
        return items[0] if len(items) == 1 else Or(items=tuple(items), span=(items[0].span[0], items[-1].span[1]))

    def _all(self) -> Node:
        items = [self._one()]
        while self._take(_AND):
            items.append(self._one())
        return items[0] if len(items) == 1 else And(items=tuple(items), span=(items[0].span[0], items[-1].span[1]))

    def _one(self) -> Node:
        nots: list[int] = []
        while self._sees(_NOT):
            nots.append(self._position)
            self._take(_NOT)
        if len(nots) > DEEPEST:
            raise Refusal(f"it is nested more than {DEEPEST} deep", nots[DEEPEST])
        node = self._group() if self._sees(_OPEN) else self._test()
        for start in reversed(nots):
            node = Not(item=node, span=(start, self._end))
        return node

    def _group(self) -> Node:
        start = self._position
        self._take(_OPEN)
        self._parentheses += 1
        if self._parentheses > _MOST_PARENTHESES:
            raise Refusal(f"more than {_MOST_PARENTHESES} parentheses are open", start)
        node = self.select()
        if not self._take(_CLOSE):
            raise self._unexpected("'and' or 'or'")
        self._parentheses -= 1
        return replace(node, span=(start, self._end))

    # -- one test

    def _test(self) -> Node:
        start = self._position
        if truth := self._take(_TRUTH):
            return Constant(value=truth.lower() == "true", span=(start, self._end))
        name = self.name("a test such as 'loss < 0.5'")
        operator, is_opposite, literals = self._operation()
        if operator is None:
            return self._word(name)
        test = Comparison(name=name, operator=operator, literals=literals, span=(start, self._end))
        return Not(item=test, span=test.span) if is_opposite else test

    def _operation(self) -> tuple[Operator | None, bool, tuple[Literal, ...]]:
        """Read an operator, whether its opposite is meant, and its values; None where no operator follows."""
        if sign := self._take(_SIGN):
            is_opposite = sign in {"!=", "<>"}
            return Operator.EQUAL if is_opposite else _OPERATORS[sign], is_opposite, (self._value(),)
        if self._take(_IS):
            return Operator.EQUAL, bool(self._take(_NOT)), (self._value(),)
        if word := self._take(_WHEN):
            return _OPERATORS[word.lower()], False, (self._value(),)
        if span := self._span():
            return Operator.WITHIN, False, (span,)
        is_opposite = bool(self._take(_NOT))
        if self._take(_IN):
            return Operator.IN, is_opposite, self._items()
        if word := self._take(_CHECK):
            operator = _OPERATORS[word.lower()]
            return operator, is_opposite, self._operands(operator)
        if is_opposite:
            raise self._unexpected("'in', 'contains', 'matches' or 'between'")
        return None, False, ()

    def _operands(self, operator: Operator) -> tuple[Literal, ...]:
        first = self._value()
        if operator is Operator.MATCHES:
            check_pattern(first)
        if operator is not Operator.BETWEEN:
            return (first,)
        if not self._take(_AND):
            raise self._unexpected("'and' and a second value")
        return first, self._value()

    def _word(self, name: Name) -> Node:
        """Read a name that nothing follows as a test by itself: ``completed``, ``marked``."""
        word = name.text.lower()
        is_test = word in STATUS_WORDS or word in FLAG_WORDS
        if self._position < len(self._text) and not self._sees(_AND, _OR, _CLOSE):
            raise self._unexpected("'and' or 'or'" if is_test else "a comparison")
        if not is_test or name.kind or name.qualifier or name.step:
            hint = suggest(word, [*STATUS_WORDS, *FLAG_WORDS]) or (
                f"; compare it, ask '{name.text} is not undefined', or write 'op = {name.text}' if it is an operation"
            )
            raise Refusal(f"{name.text!r} alone is no test{hint}", name.span[0])
        attribute, value, holds = FLAG_WORDS.get(word, ("status", word, True))
        literal = Literal(value=value, text=str(value), span=name.span)
        about = Name(text=attribute, span=name.span)
        test = Comparison(name=about, operator=Operator.EQUAL, literals=(literal,), span=name.span)
        return test if holds else Not(item=test, span=name.span)

    # -- names and values

    def name(self, wanted: str = "a name") -> Name:
        """Read a name: ``lr``, ``flag:'my flag'``, ``max loss step``."""
        start = self._position
        qualifier = self._take(_QUALIFIER)
        position = self._position
        prefix, quoted = self._take(_PREFIX), self._take(_STRING)
        if quoted is not None:
            kind, text = (prefix or "").removesuffix(":"), _unquote(quoted)
        elif not prefix and (plain := self._take(_NAME)) is not None:
            kind, text = _split_prefix(plain)
        else:
            raise self._unexpected("a name" if qualifier or prefix else wanted)
        if not text:
            raise Refusal(f"a name is missing after {kind + ':'!r}" if kind else "a name is missing", self._end)
        return Name(
            text=text,
            kind=Kind(kind) if kind else None,
            qualifier=qualifier and qualifier.lower(),
            step=bool(self._take(_STEP)),
            position=position,
            span=(start, self._end),
        )

    def _value(self, depth: int = 0) -> Literal:
        """Read a value: ``0.1``, ``text``, ``'text'``, ``[1, 2]``, ``2 hours ago``."""
        start = self._position
        if span := self._span():
            return span
        if number := self._take(_NUMBER):
            return Literal(value=_number(number), text=number, span=(start, self._end))
        if quoted := self._take(_STRING):
            return Literal(value=_unquote(quoted), text=_unquote(quoted), span=(start, self._end))
        if self._take(_OPEN_LIST):
            if depth == DEEPEST:
                raise Refusal(f"a list is nested more than {DEEPEST} deep", start)
            literals = () if self._take(_CLOSE_LIST) else self._values(_CLOSE_LIST, "]", depth + 1)
            listed: list[FlagValue] = [each.value for each in literals]
            return Literal(value=listed, text=format_flag(listed), span=(start, self._end))
        if word := self._take(_PLAIN):
            return Literal(value=_YAML_WORDS.get(word.lower(), word), text=word, span=(start, self._end))
        raise self._unexpected("a value")

    def _span(self) -> Literal | None:
        start = self._position
        words = self._take(_SPAN)
        return Literal(value=words, text=words, span=(start, self._end)) if words else None

    def _items(self) -> tuple[Literal, ...]:
        """Read the list after ``in``."""
        close, sign = (_CLOSE_LIST, "]") if self._take(_OPEN_LIST) else (_CLOSE, ")")
        if sign == ")" and not self._take(_OPEN):
            raise self._unexpected("a list such as [1, 2]")
        if self._sees(_CLOSE, _CLOSE_LIST):
            raise Refusal("the list is empty", self._position)
        return self._values(close, sign, 0)

    def _values(self, close: re.Pattern[str], sign: str, depth: int) -> tuple[Literal, ...]:
        values = [self._value(depth)]
        while self._take(_COMMA):
            values.append(self._value(depth))
        if not self._take(close):
            raise self._unexpected(f"',' or '{sign}'")
        return tuple(values)

    # -- refusals

    def _unexpected(self, wanted: str) -> _Unexpected:
        """Return the error that says what was expected here, and what was found."""
        position = min(self._position, len(self._text.rstrip()))
        found = _ANYTHING.match(self._text, position)
        word = found[0] if found else ""
        before = (_ANYTHING.findall(self._text[:position]) or [""])[-1]
        hints = (
            f" (did you mean {_HINTS[each]!r}?)" for each in (word.lower(), before, before + word) if each in _HINTS
        )
        after = f" after {before!r}" if before else ""
        instead = f", not {word!r}" if word else ""
        message = f"expected {wanted}{after}{instead}"
        if word[:1] in {"'", '"'} and word[0] not in word[1:]:
            return _Unexpected(f"the text after {word[0]} is not closed", position)
        if wanted == "'and' or 'or'" and self._parentheses and not word:
            message = "a '(' is not closed"
        if wanted == "'and' or 'or'" and not self._parentheses and word == ")":
            message = "')' closes no '('"
        return _Unexpected(message + next(hints, ""), position)


def _split_prefix(text: str) -> tuple[str, str]:
    prefix, colon, rest = text.partition(":")
    return (prefix, rest) if colon and prefix in {kind.value for kind in Kind} else ("", text)


def _number(text: str) -> int | float:
    """Return the number; one of more than 64 bits is rounded."""
    is_whole = text.lstrip("+-").isdigit() and len(text) < 20 and abs(int(text)) <= _LARGEST  # noqa: PLR2004 - digits
    return int(text) if is_whole else float(text)


def _unquote(quoted: str) -> str:
    text = quoted[1:-1]
    return text.replace("\\'", "'") if quoted[0] == "'" else _ESCAPE.sub(_unescape, text)


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    return chr(int(code, 16)) if code else _ESCAPED.get(found[4], found[4])
