r"""The select language: one test, or several with ``and``, ``or``, ``not`` and parentheses.

``or`` binds least, then ``and``, then ``not``. The case of keywords does not matter::

    SELECT    TEST | not SELECT | SELECT and SELECT | SELECT or SELECT | ( SELECT ) | true | false
    TEST      NAME = VALUE          also ==;  != or <> for not equal;  < <= > >=
            | NAME is [not] VALUE
            | NAME [not] in [VALUE, ...]        also in parentheses
            | NAME [not] contains VALUE         a part of a text, whatever its case, or a member of a list
            | NAME [not] matches VALUE          a regular expression that is found somewhere in a text
            | NAME [not] between VALUE and VALUE
            | MOMENT after VALUE | MOMENT before VALUE | MOMENT [within|on] SPAN
            | WORD
    WORD      pending staged running completed error terminated damaged
              (also: complete, errored, failed) | marked unmarked labeled unlabeled
    NAME      [attr:|flag:|scalar:] name        quoted if it has a space: 'my flag', flag:'my flag'
            | [first|last|min|max|avg|total|count] scalar [step]
    MOMENT    started | stopped | initialized
    SPAN      N UNIT | last N UNIT | this|last UNIT | N UNIT ago | today | yesterday | DATE [TIME]
    VALUE     0.1 | 1e-3 | nan | inf | text | "text" | 'text' | true yes on | false no off | undefined null
            | [VALUE, ...] | SPAN

A name is looked for among the attributes, then the flags, then the scalars *of each run*; a scalar without a
qualifier is its last value. With ``step`` the step at which that value was reported is meant.

A test of what a run does not have is false, as is one between a number and a text. ``!=`` and each ``not`` are
the exact opposite of the test without it, so they hold for these runs. Truth values are the numbers 1 and 0, a NaN
equals NaN and has no order.

Spans of time are those of :mod:`guild_ipy.domain.time_range`. In ``<`` and ``>=`` they stand for their beginning, in
``>`` and ``<=`` for the moment from which ``after`` counts; ``=`` is anywhere within.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from guild_ipy.query.builder import NodeBuilder

if TYPE_CHECKING:
    from lark import Lark

#: What a word, keyword or number ends before.
_END = r"(?=[\s,<>!=()\[\]]|$)"
_RESERVED = rf"(?!(?:and|or|not|in|is|contains){_END})"
_UNIT = r"(?:second|sec|minute|min|hour|hr|day|week|month|year)s?"
_AFTER_A_NAME = (
    r"and|or|in|is|not|contains|matches|between|after|before|within|on|today|yesterday"
    rf"|(?:this|last)\s+(?:\d+\s+)?{_UNIT}"
)

GRAMMAR = rf"""
select: or_test
?or_test: and_test (_OR and_test)*
?and_test: not_test (_AND not_test)*
?not_test: NOT not_test -> negation
    | LPAR or_test RPAR -> group
    | test

?test: name CMP value -> compare
    | name IS value -> is_value
    | name IS NOT value -> is_not_value
    | name NOT? IN items -> member
    | name NOT? CONTAINS value -> contains
    | name NOT? MATCHES value -> matches
    | name NOT? BETWEEN value _AND value -> between
    | name AFTER value -> moment
    | name BEFORE value -> moment
    | name WITHIN value -> moment
    | name (PHRASE | DATETIME) -> moment
    | name -> bare
    | TRUTH -> constant

name: QUALIFIER? NAME STEP?
    | QUALIFIER? PREFIX? STRING STEP?

items: LSQB value (_COMMA value)* RSQB
    | LPAR value (_COMMA value)* RPAR

?value: NUMBER -> number
    | STRING -> text
    | (PHRASE | DATETIME) -> phrase
    | WORD -> word
    | LSQB (value (_COMMA value)*)? RSQB -> list_value

_AND: /and{_END}/i
_OR: /or{_END}/i
NOT.3: /not{_END}/i
IS: /is{_END}/i
IN: /in{_END}/i
CONTAINS: /contains{_END}/i
MATCHES: /matches{_END}/i
BETWEEN: /between{_END}/i
AFTER: /after{_END}/i
BEFORE: /before{_END}/i
WITHIN: /(?:within|on){_END}/i
STEP: /step{_END}/i
TRUTH.3: /(?:true|false){_END}/i
CMP: /<=|>=|<>|!=|==|=|<|>/
LPAR: "("
RPAR: ")"
LSQB: "["
RSQB: "]"
_COMMA: ","

QUALIFIER.4: /(?:first|last|min|max|avg|total|count)(?=\s+(?!(?:{_AFTER_A_NAME}){_END})["'\w])/i
PREFIX.4: /(?:attr|flag|scalar):(?=["'])/
NAME.1: /{_RESERVED}[^\W\d][^\s,<>!=()\[\]]*/i
PHRASE.3: /(?:today|yesterday|(?:this|last)\s+(?:\d+\s+)?{_UNIT}|\d+(?:\.\d+)?\s+{_UNIT}(?:\s+ago)?){_END}/i
DATETIME.3: /(?:\d\d(?:\d\d)?-)?\d\d?-\d\d?(?:(?:\s+|T)\d\d?:\d\d(?::\d\d)?)?{_END}/
NUMBER.2: /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?{_END}/i
STRING.2: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/s
WORD.1: /{_RESERVED}[^\s,<>!=()\[\]"'][^\s,<>!=()\[\]]*(?:\(\))?/i

%ignore /\s+/
"""


@lru_cache(maxsize=1)
def load_parser() -> Lark:
    """Give lark's parser: it makes the tables, and knows what could have stood where something cannot."""
    from lark import Lark  # start-up cost: 100 ms with the rest

    return Lark(GRAMMAR, parser="lalr", start=["select", "name"], maybe_placeholders=False, transformer=NodeBuilder())
