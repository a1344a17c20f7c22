"""Values of flags of a Guild file's operation that the definition alone cannot check."""

from __future__ import annotations

import os

from guild_ipy.domain.flags import FlagDef, Flags, FlagType, FlagValue
from guild_ipy.errors import FlagError
from guild_ipy.operations.guildfile.operation import GuildFileOperation

_PATHS = {FlagType.PATH, FlagType.EXISTING_PATH}


def check_values(operation: GuildFileOperation, flags: Flags) -> dict[str, FlagValue]:
    """Give flags with relative paths made absolute, from the folder of the Guild file.

    Raises
    ------
    FlagError
        For a path that must be there and is not, and for a default that asks for several trials.
    """
    known = {flag.name: flag for flag in operation.flags}
    return {name: _check(operation, known.get(name), value) for name, value in flags.items()}


def _check(operation: GuildFileOperation, flag: FlagDef | None, value: FlagValue) -> FlagValue:
    if flag is None:
        return value
    if isinstance(value, list) and flag.type is not FlagType.LIST:
        raise FlagError(
            f"flag {flag.name!r} of {operation.name} has a list as default, which asks for several trials; "
            f"batches are not there yet: give {flag.name}=...",
            flag=flag.name,
        )
    if flag.type not in _PATHS or not isinstance(value, str) or not value:
        return value
    path = os.path.normpath(os.path.join(operation.definition.folder, os.path.expanduser(value)))
    if flag.type is FlagType.EXISTING_PATH and not os.path.exists(path):
        raise FlagError(
            f"flag {flag.name!r} of {operation.name} names {value!r}, which is not there; give a path that is",
            flag=flag.name,
        )
    return path
