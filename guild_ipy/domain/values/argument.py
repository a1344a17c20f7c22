"""Values of flags as words of a command and of its environment, as Guild AI 0.9.0 writes them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from guild_ipy.domain.values.flags import FlagValue


def argument_text(value: FlagValue, encoding: Iterable[tuple[FlagValue, str]] = ()) -> str:
    """Write a value: text as it is, 1 or nothing for a boolean, the words of a list; or what `encoding` has for it.

    Examples
    --------
    >>> argument_text(True), argument_text(["a b", 1]), argument_text(False, [(False, "off")])
    ('1', "'a b' 1", 'off')
    """
    for known, text in encoding:
        if type(known) is type(value) and known == value:
            return text
    if value is None or isinstance(value, bool):
        return "1" if value else ""
    return shlex.join(map(argument_text, value)) if isinstance(value, list) else str(value)
