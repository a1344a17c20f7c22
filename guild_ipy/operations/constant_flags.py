"""Flags of a script or cell that are the module-level constants of its source."""

from __future__ import annotations

from collections.abc import Mapping

from guild_ipy.domain.flags import FlagDef, FlagType, FlagValue

_TYPES = {
    bool: FlagType.BOOLEAN,
    int: FlagType.NUMBER,
    float: FlagType.NUMBER,
    str: FlagType.STRING,
    list: FlagType.LIST,
}


def define_constants(constants: Mapping[str, FlagValue]) -> tuple[FlagDef, ...]:
    """Make a flag of each constant; a number may become an int or a float, None anything, and anything None.

    Examples
    --------
    >>> [flag.type.value for flag in define_constants({"lr": 1, "shuffle": True, "seed": None})]
    ['number', 'boolean', 'any']
    """
    return tuple(
        FlagDef(name=name, default=value, type=_TYPES.get(type(value), FlagType.ANY), nullable=True)
        for name, value in constants.items()
    )
