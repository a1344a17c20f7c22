"""Lists as Guild AI 0.9.0 records them: text, whose words are the items.

A list in the attribute ``flags`` is a batch to Guild AI: a restart there would become one run for each item.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from guild_ipy.domain.values.flags import FlagDef, Flags, FlagType, FlagValue


def parse_list(text: str) -> list[FlagValue] | str:
    """Read the items of a list; the text itself where a quotation in it has no end.

    Examples
    --------
    >>> parse_list("8 0.5 a 'b c'")
    [8, 0.5, 'a', 'b c']
    """
    try:
        return [_parse_item(word) for word in shlex.split(text)]
    except ValueError:
        return text


def format_list(items: Iterable[FlagValue]) -> str | None:
    """Write the items of a list; None where they would be read as others.

    Examples
    --------
    >>> format_list([8, 0.5, "a"]), format_list(["8"])
    ('8 0.5 a', None)
    """
    values = [*items]
    text = shlex.join(str(value).lower() if isinstance(value, bool) else str(value) for value in values)
    read = parse_list(text)
    is_same = isinstance(read, list) and [*map(repr, read)] == [*map(repr, values)]
    return text if is_same and "\n" not in text else None


def as_recorded(flags: Flags, definitions: Iterable[FlagDef]) -> dict[str, FlagValue]:
    """Return flags as they are recorded for an operation that Guild AI can run itself."""
    lists = {flag.name for flag in definitions if flag.type is FlagType.LIST and flag.shape is None}
    return {name: _written(value) if name in lists else value for name, value in flags.items()}


def as_values(flags: Flags, definitions: Iterable[FlagDef]) -> dict[str, FlagValue]:
    """Return the values of flags that are recorded so; the inverse."""
    lists = {flag.name for flag in definitions if flag.type is FlagType.LIST and flag.shape is None}
    return {name: _read(value) if name in lists else value for name, value in flags.items()}


def _read(value: FlagValue) -> FlagValue:
    if isinstance(value, str):
        return parse_list(value)
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else value


def _written(value: FlagValue) -> FlagValue:
    text = format_list(value) if isinstance(value, list) else None
    return value if text is None else text


_WORDS = {"true": True, "yes": True, "false": False, "no": False}


def _parse_item(word: str) -> FlagValue:
    if word in _WORDS:
        return _WORDS[word]
    for read in (int, float) if word.isascii() and "_" not in word else ():
        try:
            return read(word)
        except ValueError:
            continue
    return word
