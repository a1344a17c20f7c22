"""Converts text as typed after ``name=`` to values.

It is read as Guild AI 0.9.0 does: an int, else a float (``1e5``, ``nan`` and ``inf`` too), else YAML. Text that YAML
would change in a way that users do not expect stays text: dates, ``1_000``, ``1:30``, ``#5``, ``a #b``.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from guild_ipy.domain.values.flags import FlagType, FlagValue, is_flag_value
from guild_ipy.store.files import yaml_codec

#: Text that means None for a flag that can be None; ``'None'`` in quotes is text.
NULL_WORDS = frozenset({"null", "Null", "NULL", "~", "None"})


class FlagText(str):
    """A value as typed, whose meaning depends on the type of the flag: ``001`` is text for a string flag, else 1."""

    __slots__ = ()


def parse_flag_value(text: str, flag_type: FlagType = FlagType.ANY) -> FlagValue:
    """Read a value as typed after ``name=``; the inverse of :func:`~guild_ipy.domain.values.flags.format_flag`.

    Examples
    --------
    >>> [parse_flag_value(text) for text in ("1", "1e-5", "yes", "[1, a]", "2026-01-01", "'1'")]
    [1, 1e-05, True, [1, 'a'], '2026-01-01', '1']
    >>> parse_flag_value("001", FlagType.STRING)
    '001'
    """
    text = str(text)
    if flag_type in {FlagType.STRING, FlagType.PATH, FlagType.EXISTING_PATH}:
        return _parse_yaml(text) if text[:1] in {"'", '"', "["} else text
    number = _parse_number(text)
    return _parse_yaml(text) if number is None or _is_surprising(number, text) else number


def read_collections(text: str) -> Iterator[Any]:
    """Return the collections that a text can mean for a flag that takes one; nothing for any other text.

    Their items stay as typed (:class:`FlagText`), or are text if they have quotes.

    Examples
    --------
    >>> list(read_collections("(4, adam)"))
    [['4', 'adam']]
    """
    if text[:1] not in _OPENING:
        return
    readers = (_read_words, _read_python)
    for read in readers if text[0] != "(" else reversed(readers):
        try:
            value = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if not isinstance(value, str | None):
            yield value


def split_list(text: str) -> list[FlagText] | None:
    """Return the items of a list as they were typed; None for any other text.

    Examples
    --------
    >>> split_list("[001, 'a, b', [1, 2]]")
    ['001', "'a, b'", '[1, 2]']
    """
    text = text.strip()
    if text[:1] != "[":
        return None
    found, depth, begin, place = list[FlagText](), 0, 1, 0
    opens_quotation = False  # a quote within a word is an apostrophe
    while place < len(text):
        char = text[place]
        if char in {"'", '"'} and opens_quotation:
            place = _quotation_end(text, place)
        depth += (char in _OPENING) - (char in _CLOSING)
        if depth == 0 or (char == "," and depth == 1):
            found.append(FlagText(text[begin:place].strip()))
            begin = place + 1
        if depth == 0:
            break
        opens_quotation = char in _BEFORE_QUOTATION or (opens_quotation and char.isspace())
        place += 1
    if place != len(text) - 1:
        return None
    if not found[-1]:  # [] or [1,]
        del found[-1]
    return found if all(found) else None


def _quotation_end(text: str, start: int) -> int:
    """Return the place of the quote that ends a quotation; behind the text if there is none."""
    quotation = _QUOTATIONS[text[start]].match(text, start)
    return len(text) if quotation is None else quotation.end() - 1


_QUOTATIONS = {"'": re.compile(r"'(?:[^']|'')*'"), '"': re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)}
_BEFORE_QUOTATION = frozenset("[({,:")
_CLOSING = frozenset("])}")
_OPENING = frozenset("[({")


def _read_words(text: str) -> Any:  # noqa: ANN401 - YAML made it
    return yaml_codec.decode_words(text.translate(_AS_LIST) if text[0] == "(" else str(text), FlagText)


_AS_LIST = str.maketrans("()", "[]")


def _read_python(text: str) -> Any:  # noqa: ANN401 - any literal
    return ast.literal_eval(text)


def _parse_number(text: str) -> int | float | None:
    if not text.isascii() or "_" in text:
        return None
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def _parse_yaml(text: str) -> FlagValue:
    try:
        value = _write_dates(yaml_codec.decode(text))
        is_usable = is_flag_value(value)
    except (ValueError, RecursionError):
        return text
    return text if not is_usable or _is_surprising(value, text) else value


def _write_dates(value: Any) -> Any:  # noqa: ANN401 - YAML made it; is_flag_value ends it
    """Convert dates that YAML has read in lists and maps back to text."""
    if isinstance(value, list):
        return [_write_dates(item) for item in value]
    if isinstance(value, dict):
        return {key: _write_dates(item) for key, item in value.items()}
    return str(value) if isinstance(value, date) else value


def _is_surprising(value: FlagValue, text: str) -> bool:
    """Whether YAML reads plain words as a value that a user who types them does not mean."""
    if value is None:
        return text.strip() not in {"null", "Null", "NULL", "~"}
    if isinstance(value, str):
        return not text.startswith(("'", '"', "!!"))
    if isinstance(value, float) and math.isinf(value):
        return "inf" not in text.lower()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "!!" not in text and ("_" in text or ":" in text)
    return False
