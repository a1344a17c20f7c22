"""Flags of a script or cell that are the module-level constants of its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from guild_ipy.domain.values.flags import FlagDef, FlagType, FlagValue
from guild_ipy.errors import FlagError

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


def refuse_other_values(given: Iterable[str], others: Mapping[str, str], operation: str) -> None:
    """Say of a name that source gives a value which is not a constant why it is not a flag.

    `others` are these names, and what each is given: :func:`guild_ipy.domain.source_text.constants.find_other_values`.

    Raises
    ------
    FlagError
        For the first of them.
    """
    for name in given:
        if name in others:
            remedy = "; write it as a list" if others[name] in {"a tuple", "a set"} else ""
            raise FlagError(
                f"{name!r} is not a flag of {operation}: its value is {others[name]}, and flags are numbers, texts, "
                f"yes or no, null and lists of these{remedy}",
                flag=name,
            )
