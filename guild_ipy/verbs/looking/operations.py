"""``operations``: list what can be run here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from guild_ipy.arguments.option import json_switch, words
from guild_ipy.arguments.parser import Completes
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.values.flags import FlagDef, FlagType, format_flag
from guild_ipy.domain.values.shape_words import describe_shape
from guild_ipy.errors import GuildError
from guild_ipy.operations.find_operation import find_operation, known_operations
from guild_ipy.operations.guildfile.lookup import open_guild_file, open_guild_operations
from guild_ipy.operations.operation import Operation
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.printable import printable, printable_lines
from guild_ipy.session.session import Session
from guild_ipy.view.run_lines import LineList

if TYPE_CHECKING:
    from guild_ipy.operations.guildfile.file import GuildFile


@dataclass(frozen=True, kw_only=True)
class ListOperations:
    """Which operations to describe in detail; without names there is a line on each that there is."""

    names: tuple[str, ...] = words(
        metavar="OPERATION", help="describe these with their flags", completes=Completes.OPERATIONS
    )
    json: bool = json_switch()

    def carry_out(self, session: Session) -> OperationList | list[dict[str, Any]]:
        """List the operations."""
        found = get_operations(session, self.names) if self.names else list_operations(session)
        if self.json:
            return [_operation_values(each) for each in found]
        return OperationList(found, in_detail=bool(self.names))


@dataclass(frozen=True, kw_only=True)
class OperationInfo:
    """Something that can be run."""

    name: str
    kind: str
    """``function``, ``guildfile``, ``script`` or ``notebook``."""
    flags: tuple[FlagDef, ...] = ()
    description: str = ""
    requires: tuple[Dependency, ...] = ()
    details: tuple[str, ...] = ()
    """Further lines: the file that it runs, its requirements, attributes of a Guild file that have no effect here."""
    error: str = ""
    """Why it cannot be run, for an operation of a Guild file or a part of one."""


class OperationList(LineList[OperationInfo]):
    """Operations, shown one on a line with their flags, or in detail."""

    def __init__(self, operations: Iterable[OperationInfo] = (), *, in_detail: bool = False) -> None:
        super().__init__(operations)
        self._in_detail = in_detail

    def __str__(self) -> str:
        return format_details(self) if self._in_detail else format_operations(self)


def list_operations(session: Session) -> list[OperationInfo]:
    """Return the functions of the notebook, the operations of the Guild file, scripts and notebooks, with their flags.

    Wrong parts of the Guild file come last, each with its error.
    """
    context = session.search_context
    notebook = context.notebook
    file = open_guild_file(notebook.project_dir)
    declared = open_guild_operations(file, context.import_path)
    own = known_operations(notebook, list(declared))
    shown = {name: each for name, each in declared.items() if not callable(notebook.variables.get(name))}
    found = (_describe(name, shown[name]) if name in shown else describe_operation(name, context) for name in own)
    return [*(info for info in found if info is not None), *([] if file is None else _describe_wrong(file))]


def _describe_wrong(file: GuildFile) -> Iterator[OperationInfo]:
    for each in file.wrong:
        yield OperationInfo(name=file.name_of(each), kind="guildfile", error=str(each.error))
    for problem in file.problems:
        yield OperationInfo(name=os.path.basename(file.path), kind="guildfile", error=str(problem))


def get_operations(session: Session, names: Sequence[str]) -> list[OperationInfo]:
    """Return the operations of these names.

    Raises
    ------
    OperationNotFound, UsageError, GuildFileError
        For the first name that is not an operation, or cannot be read.
    """
    context = session.search_context
    return [_describe(name, find_operation(name, context)) for name in names]


def describe_operation(name: str, context: SearchContext) -> OperationInfo | None:
    """Describe an operation; return None where it cannot be read (a script with a syntax error)."""
    try:
        return _describe(name, find_operation(name, context))
    except GuildError:
        return None


def _describe(name: str, operation: Operation) -> OperationInfo:
    return OperationInfo(
        name=name,
        kind=operation.kind,
        flags=operation.flags,
        description=operation.description,
        requires=operation.requires,
        details=operation.details,
    )


def format_operations(operations: Sequence[OperationInfo]) -> str:
    """Write one line for each operation: its name, its flags with their defaults, its description."""
    width = max((len(info.name) for info in operations), default=0)
    lines = (f"{info.name:<{width}}  {_outline(info)}".rstrip() for info in operations)
    return "\n".join(map(printable, lines))


def _outline(info: OperationInfo) -> str:
    return f"note: {info.error}" if info.error else f"{_flags(info)}  {_first_line(info)}"


def _flags(info: OperationInfo) -> str:
    return " ".join(f"{d.name}=" if d.required else f"{d.name}={format_flag(d.default)}" for d in info.flags)


def _first_line(info: OperationInfo) -> str:
    return info.description.strip().partition("\n")[0]


def format_details(operations: Sequence[OperationInfo]) -> str:
    """Write all about operations: description and details, and a line for each flag and each described choice."""
    return "\n\n".join(printable_lines("\n".join(_details(info))) for info in operations)


def _details(info: OperationInfo) -> Iterator[str]:
    yield f"{info.name} ({info.kind})"
    yield from (f"  {line}" for line in info.description.strip().splitlines())
    yield from (f"  {detail}" for detail in info.details)
    width = max((len(flag.name) for flag in info.flags), default=0)
    for flag in info.flags:
        yield f"  {flag.name:<{width}}  {describe_flag(flag)}".rstrip()
        described = [choice for choice in flag.choice_details if choice.description]
        yield from (f"  {'':<{width}}    {format_flag(choice.value)}: {choice.description}" for choice in described)


def describe_flag(flag: FlagDef) -> str:
    """Describe a flag: default, type and limits, first line of its description.

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


def _operation_values(info: OperationInfo) -> dict[str, Any]:
    """Return the plain values of an operation."""
    return {
        "name": info.name,
        "kind": info.kind,
        "description": info.description,
        "flags": {flag.name: _flag_values(flag) for flag in info.flags},
        "requires": _source_names(info.requires),
        "details": list(info.details),
    }


def _flag_values(flag: FlagDef) -> dict[str, Any]:
    return {
        "type": flag.type.value,
        "default": flag.default,
        "required": flag.required,
        "choices": list(flag.choices),
        "min": flag.minimum,
        "max": flag.maximum,
        "description": flag.description,
    }


def _source_names(requires: Sequence[Dependency]) -> list[str]:
    return [source.resolving_name for dependency in requires for source in dependency.sources]


VERB = Verb(
    name="operations",
    options=ListOperations,
    words="[OPERATION ...]",
    summary="List what can be run here, with its flags.",
    details="With OPERATION what a Guild file, a signature or a script says of it: each flag on a line.",
)
