"""Words for what the parser did not expect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from guild_ipy.query.attributes import FLAG_WORDS, STATUS_WORDS
from guild_ipy.query.refusal import Refusal

if TYPE_CHECKING:
    from lark import Lark, UnexpectedInput

_WORD = re.compile(r"[<>!=~]+|[^\s,<>!=()\[\]]+|\S")
_HINTS = {
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "like": "contains",
    "~": "matches",
    "=~": "matches",
    "===": "=",
    "!==": "!=",
}

#: What is a test by itself.
_TESTS = STATUS_WORDS.keys() | FLAG_WORDS.keys()

#: What is expected where a token would be accepted; the first that is accepted counts.
_EXPECTED = (
    ("WORD", "a value"),
    ("TRUTH", "a test such as 'loss < 0.5'"),
    ("STRING", "a name"),
    ("LSQB", "a list such as [1, 2]"),
    ("CMP", "a comparison"),
    ("CONTAINS", "'in', 'contains', 'matches' or 'between'"),
    ("RSQB", "',' or ']'"),
    ("_COMMA", "',' or ')'"),
)


def explain_syntax(error: UnexpectedInput, text: str, *, parser: Lark, start: str) -> Refusal:
    """Say what was expected, and where."""
    position = _position(error, text)
    found = _WORD.match(text, position)
    word = found[0] if found else ""
    before = (_WORD.findall(text[:position]) or [""])[-1]
    after = f" after {before!r}" if before else ""
    instead = f", not {word!r}" if word else ""
    hint = next(
        (f" (did you mean {_HINTS[each]!r}?)" for each in (word.lower(), before, before + word) if each in _HINTS), ""
    )
    if start == "name":
        return Refusal(f"{text.strip()!r} is no name; write for example 'lr' or 'max loss'", position)
    if word[:1] in {"'", '"'} and word[0] not in word[1:]:
        return Refusal(f"the text after {word[0]} is not closed", position)
    accepted = _accepted(parser, text[:position], start)
    return Refusal(f"{_expectation(accepted, before, after, word, instead)}{hint}", position)


def _position(error: UnexpectedInput, text: str) -> int:
    at_end = len(text.rstrip())
    if getattr(getattr(error, "token", None), "type", "") == "$END":
        return at_end
    return min(error.pos_in_stream or 0, at_end)


def _accepted(parser: Lark, before: str, start: str) -> set[str]:
    """Give what could have stood there; the beginning has been read without an error."""
    reading = parser.parse_interactive(before, start=start)
    for _ in reading.iter_parse():
        pass
    accepted: set[str] = reading.accepts()  # type: ignore[no-untyped-call] # lark has annotated all but this
    return accepted


def _expectation(accepted: set[str], before: str, after: str, word: str, instead: str) -> str:
    if before in {"[", "("} and word in {"]", ")"} and "WORD" in accepted:
        return "the list is empty"
    if not word and "RPAR" in accepted and "_COMMA" not in accepted:
        return "a '(' is not closed"
    if before.lower() in _TESTS:  # a test by itself
        return f"expected 'and' or 'or'{after}{instead}"
    for terminal, what in _EXPECTED:
        if terminal in accepted:
            return f"expected {what}{after}{instead}"
    if accepted == {"_AND"}:
        return f"expected 'and' and a second value{after}{instead}"
    if word == ")":
        return "')' closes no '('"
    return f"expected 'and' or 'or'{after}{instead}"
