"""Checks values of flags that refer to files, which the definition of a flag alone cannot check."""

from __future__ import annotations

import os
from collections.abc import Sequence

from guild_ipy.domain.values.flags import FlagDef, Flags, FlagType, FlagValue, format_flag
from guild_ipy.errors import FlagError

_PATHS = {FlagType.PATH, FlagType.EXISTING_PATH}


def check_values(flags: Flags, definitions: Sequence[FlagDef], operation: str, folder: str) -> dict[str, FlagValue]:
    """Return flags with relative paths made absolute.

    Parameters
    ----------
    operation
        Its name, for messages.
    folder
        The folder of the Guild file, where relative paths begin.

    Raises
    ------
    FlagError
        For a path that must exist and does not, and for a default that asks for several trials.
    """
    known = {flag.name: flag for flag in definitions}
    return {
        name: _check(known[name], value, operation, folder) if name in known else value for name, value in flags.items()
    }


def _check(flag: FlagDef, value: FlagValue, operation: str, folder: str) -> FlagValue:
    if isinstance(value, list) and flag.type is not FlagType.LIST:
        raise FlagError(
            f"flag {flag.name!r} of {operation} has the list {format_flag(value)}, which asks for several trials, "
            f"where one value is wanted; give {flag.name}=...",
            flag=flag.name,
        )
    if flag.type not in _PATHS or not isinstance(value, str) or not value:
        return value
    path = os.path.normpath(os.path.join(folder, os.path.expanduser(value)))
    if flag.type is FlagType.EXISTING_PATH and not os.path.exists(path):
        raise FlagError(
            f"flag {flag.name!r} of {operation} names {value!r}, which is not there; give a path that is",
            flag=flag.name,
        )
    return path
