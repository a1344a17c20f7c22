"""Makes flags from the module-level constants of a script or cell."""

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
    """Make a flag from each constant; a number accepts ints and floats, None any value, and every flag None.

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
    """Refuse flags that the source assigns a value which is not a constant; the error says so.

    `others` are such names with a description of their values, from
    :func:`guild_ipy.domain.source_text.constants.find_other_values`.

    Raises
    ------
    FlagError
        For the first of these flags.
    """
    for name in given:
        if name in others:
            remedy = "; write it as a list" if others[name] in {"a tuple", "a set"} else ""
            raise FlagError(
                f"{name!r} is not a flag of {operation}: its value is {others[name]}, and flags are numbers, texts, "
                f"yes or no, null and lists of these{remedy}",
                flag=name,
            )
