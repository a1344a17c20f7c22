"""Operations as text: a line for each, or all that is known of some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from guild_ipy.api.looking.operations import OperationInfo
from guild_ipy.domain.flags import FlagDef, FlagType, format_flag
from guild_ipy.domain.shape_words import describe_shape
from guild_ipy.printable import printable, printable_lines


def format_operations(operations: Sequence[OperationInfo]) -> str:
    """Write one line for each operation: its name, its flags with their defaults, what it does."""
    width = max((len(info.name) for info in operations), default=0)
    lines = (f"{info.name:<{width}}  {_outline(info)}".rstrip() for info in operations)
    return "\n".join(map(printable, lines))


def format_details(operations: Sequence[OperationInfo]) -> str:
    """Write all that is known of operations: what each does, and a line for each of its flags and their choices."""
    return "\n\n".join(printable_lines("\n".join(_describe(info))) for info in operations)


def _describe(info: OperationInfo) -> Iterator[str]:
    yield f"{info.name} ({info.kind})"
    yield from (f"  {line}" for line in info.description.strip().splitlines())
    yield from (f"  {detail}" for detail in info.details)
    width = max((len(flag.name) for flag in info.flags), default=0)
    for flag in info.flags:
        yield f"  {flag.name:<{width}}  {describe_flag(flag)}".rstrip()
        described = [choice for choice in flag.choice_details if choice.description]
        yield from (f"  {'':<{width}}    {format_flag(choice.value)}: {choice.description}" for choice in described)


def describe_flag(flag: FlagDef) -> str:
    """Write what a flag takes.

    Examples
    --------
    >>> describe_flag(FlagDef(name="lr", type=FlagType.FLOAT, default=0.1, minimum=0, description="Learning rate"))
    '= 0.1  float, at least 0  Learning rate'
    """
    limits = [] if flag.type is FlagType.ANY else [flag.type.value]
    if flag.shape is not None:
        limits = [] if flag.choices else [describe_shape(flag.shape)]
    if flag.choices:
        limits.append(("such as " if flag.allows_other else "one of ") + " ".join(map(format_flag, flag.choices)))
    if flag.minimum is not None:
        limits.append(f"at least {flag.minimum}")
    if flag.maximum is not None:
        limits.append(f"at most {flag.maximum}")
    if flag.required:
        limits.append("required")
    default = "" if flag.required else f"= {format_flag(flag.default)}"
    return "  ".join(filter(None, (default, ", ".join(limits), flag.description.partition("\n")[0])))


def _outline(info: OperationInfo) -> str:
    return f"note: {info.error}" if info.error else f"{_flags(info)}  {_first_line(info)}"


def _flags(info: OperationInfo) -> str:
    return " ".join(f"{d.name}=" if d.required else f"{d.name}={format_flag(d.default)}" for d in info.flags)


def _first_line(info: OperationInfo) -> str:
    return info.description.strip().partition("\n")[0]
