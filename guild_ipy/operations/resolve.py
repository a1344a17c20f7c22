"""From what the user wrote to a RunSpec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from guild_ipy.errors import UsageError
from guild_ipy.operations.cell import CellOperation
from guild_ipy.operations.file_programs import resolve_declared, resolve_notebook_file, resolve_script
from guild_ipy.operations.find import Operation, ScriptOperation
from guild_ipy.operations.guildfile.operation import GuildFileOperation
from guild_ipy.operations.notebook_file import (
    NotebookFileOperation,
)
from guild_ipy.operations.notebook_programs import resolve_cell, resolve_function
from guild_ipy.operations.surroundings import Resolved, SpecOptions, Surroundings

#: Operations that take flags by name only.
_FLAGS_ONLY: Mapping[type, str] = {
    ScriptOperation: "a script",
    NotebookFileOperation: "a notebook",
    GuildFileOperation: "an operation of the Guild file",
}


def resolve(
    operation: Operation,
    args: Sequence[Any],
    flags: Mapping[str, Any],
    options: SpecOptions,
    surroundings: Surroundings,
) -> Resolved:
    """Bind flags, pack the program, and choose the source files.

    Raises
    ------
    FlagError, CannotSend, UsageError
        Nothing has been written then.
    """
    if args and isinstance(operation, ScriptOperation) and args[0] in operation.interface.commands:
        name = f"{operation.name} {args[0]}"
        raise UsageError(f"{operation.name!r} takes flags by name only; a command goes with it, as in {name!r}")
    if args and (kind := _FLAGS_ONLY.get(type(operation))):
        raise UsageError(f"{getattr(operation, 'name', operation)!r} is {kind} and takes flags by name only")
    if isinstance(operation, GuildFileOperation):
        return resolve_declared(operation, flags, options, surroundings)
    if isinstance(operation, NotebookFileOperation):
        return resolve_notebook_file(operation, flags, options, surroundings)
    if isinstance(operation, ScriptOperation):
        return resolve_script(operation, flags, options, surroundings)
    if isinstance(operation, CellOperation):
        return resolve_cell(operation, flags, options, surroundings)
    return resolve_function(operation, args, flags, options, surroundings)
