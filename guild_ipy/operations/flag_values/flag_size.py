"""Limits for the size of flag values."""

from __future__ import annotations

import math
from collections.abc import Mapping

from guild_ipy.domain.values.flags import Flags
from guild_ipy.errors import FlagError

#: Flags are written in several files, which are read whole up to 16 MiB.
_MOST_CHARACTERS = 1_000_000
#: Python writes integers of up to 4300 digits.
_MOST_BITS = 14_284


def check_size(flags: Flags) -> None:
    """Refuse values that cannot be recorded: longer than files that are read at once, or integers with too many digits.

    Raises
    ------
    FlagError
        If one is too large.
    """
    for name, value in flags.items():
        size = _text_size(value)
        if size > _MOST_CHARACTERS:
            count = "a number of more than 4300 digits" if size == math.inf else f"{size:,} characters"
            raise FlagError(
                f"flag {name!r} is too large ({count}); pass it as an argument that is no flag, or the name of a file",
                flag=name,
            )


def _text_size(value: object) -> float:
    """Return the number of characters of a value; infinite for an integer that Python does not convert to text."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, int):
        return math.inf if value.bit_length() > _MOST_BITS else 0
    if isinstance(value, Mapping):
        return sum(_text_size(key) + _text_size(item) for key, item in value.items())
    return sum(map(_text_size, value)) + len(value) if isinstance(value, list | tuple) else 0
