"""The label that a run gets when the user names none."""

from __future__ import annotations

import os
import re

from guild_ipy.domain.flags import Flags, FlagValue, format_flag

_DECIMALS = re.compile(r"(\.\d{5})\d+")
_PATH_LENGTH = 20


def default_label(flags: Flags) -> str:
    """Write ``name=value`` for each flag that is not None, sorted, short enough to read in a table.

    Floats are cut to 5 decimals, booleans are ``yes`` / ``no``, long paths are shortened in the middle (the
    form that Guild AI 0.9.0 gives its labels).

    Examples
    --------
    >>> default_label({"lr": 0.123456789, "shuffle": True, "seed": None})
    'lr=0.12345 shuffle=yes'
    """
    return " ".join(f"{name}={_short(value)}" for name, value in sorted(flags.items()) if value is not None)


def _short(value: FlagValue) -> str:
    if isinstance(value, float):
        return _DECIMALS.sub(r"\1", format_flag(value))
    if isinstance(value, str) and os.sep in value and len(value) > _PATH_LENGTH:
        return format_flag(_shorten_path(value))
    return format_flag(value)


def _shorten_path(path: str) -> str:
    head, _, name = path.rpartition(os.sep)
    kept = head[: max(1, _PATH_LENGTH - len(name) - 2)]
    return f"{kept}…{os.sep}{name}"
