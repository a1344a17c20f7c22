"""Texts and lists of a bounded length, with a note of how much is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

#: A value, a label, a line about something.
MOST_CHARACTERS = 2_000
_Item = TypeVar("_Item")


def cut_text(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return a text, of a longer one the beginning.

    Examples
    --------
    >>> cut_text("abcdef", 3)
    'abc… (3 more characters)'
    """
    left = len(text) - most
    return text if left <= 0 else f"{text[:most]}… ({left:,} more character{'s' * (left != 1)})"


def cut_list(items: Sequence[_Item], most: int) -> tuple[list[_Item], str | None]:
    """Return a list, of a longer one the beginning, and a note about the rest.

    Examples
    --------
    >>> cut_list(["a", "b", "c"], 2)
    (['a', 'b'], '1 of 3 is not shown')
    """
    left = len(items) - most
    note = f"{left:,} of {len(items):,} {'is' if left == 1 else 'are'} not shown" if left > 0 else None
    return list(items[:most]), note


def cut_names(texts: Mapping[str, str] | Iterable[tuple[str, str]], most: int = 1_000) -> list[tuple[str, str]]:
    """Return names and texts, each of a bounded length."""
    pairs = texts.items() if isinstance(texts, Mapping) else texts
    return [(cut_text(name), cut_text(text)) for name, text in islice(pairs, most)]


def encodable(value: Any) -> Any:  # noqa: ANN401 - plain values, nested
    """Return plain values as they can be sent: bytes in the name of a file that are no text become question marks."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {encodable(name): encodable(item) for name, item in value.items()}
    return list(map(encodable, value)) if isinstance(value, list | tuple) else value
