"""The words of ``select``: one expression of the select language, or names of runs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from guild_ipy.arguments.tokens import ObjectToken, QuotedToken, token_value
from guild_ipy.errors import UsageError

if TYPE_CHECKING:
    from guild_ipy.session.run_refs import RunRef

#: An id or its beginning, an index, or a range of them.
_REF = re.compile(r"[0-9a-f]{1,32}|[0-9]*:[0-9]*")


def read_refs(words: Sequence[str]) -> tuple[RunRef, ...]:
    """Return the runs that words name; none where they are an expression: names of runs alone never make one."""
    return _find_refs(list(map(token_value, words)))


def read_which(which: Sequence[object], expr: Any) -> tuple[tuple[RunRef, ...], Any]:  # noqa: ANN401 - it is checked where it is parsed
    """Return the runs that a call in Python names, and its expression, which may be given by name."""
    given = [each for each in which if each is not None]
    refs = _find_refs(given)
    if given and not refs and len(given) > 1:
        raise UsageError("select takes one expression, or runs: select('lr < 0.1 and completed')")
    if given and expr is not None:
        raise UsageError("select: expr is the same as the expression before it; give one of them")
    return refs, given[0] if given and not refs else expr


def _find_refs(values: Sequence[object]) -> tuple[RunRef, ...]:
    if not values or not all(map(_names_run, values)):
        return ()
    from guild_ipy.arguments.run_selection import flatten_refs  # start-up cost: most ask for an expression

    return flatten_refs(values)


def _names_run(value: object) -> bool:
    """Whether a value is an index, an id or the beginning of one, a run, or a list or frame of runs."""
    if isinstance(value, str):
        return _REF.fullmatch(value) is not None
    return not isinstance(value, bool | float | dict | None)


def join_words(words: Sequence[str]) -> str:
    """Return the expression that was split into words; quotes that the splitting took are put back.

    Examples
    --------
    >>> join_words(["label", "=", "a b"]), join_words(["label = x"])
    ('label = "a b"', 'label = x')
    >>> join_words(["op", "in", "[train, 'ser*']"])
    "op in [train, 'ser*']"
    """
    return str(words[0]) if len(words) == 1 else " ".join(map(_written, words))


def _written(word: str) -> str:
    if isinstance(word, QuotedToken):
        return word.written
    if isinstance(word, ObjectToken):
        value = format_value(word.value)
        return f"{word.name}={value}" if word.name else value
    if word[:1] == "[" and word[-1:] == "]":  # a list, whose own quotes are there
        return str(word)
    return format_value(str(word)) if not word or any(map(str.isspace, word)) else str(word)


def format_value(value: object) -> str:
    """Write a value of the notebook as the select language reads it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "undefined"}[value]
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(format_value, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
