"""``operations``: what can be run here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guild_ipy.domain.flags import FlagDef
from guild_ipy.errors import GuildError
from guild_ipy.operations.call import inspect_callable
from guild_ipy.operations.notebook_file import NotebookFileOperation
from guild_ipy.operations.resolve import ScriptOperation, Surroundings, find_operation, known_operations

if TYPE_CHECKING:
    from guild_ipy.api.context import Context


@dataclass(frozen=True, kw_only=True)
class OperationInfo:
    """Something that can be run."""

    name: str
    kind: str
    """``function``, ``script`` or ``notebook``."""
    flags: tuple[FlagDef, ...] = ()
    description: str = ""


def list_operations(context: Context) -> list[OperationInfo]:
    """Give the functions of the notebook, and the scripts and notebooks of its folder, with their flags."""
    from guild_ipy.api.run import surroundings_of  # start-up cost: listing completions needs no engine

    surroundings = surroundings_of(context)
    return [
        info for name in known_operations(surroundings.notebook) if (info := describe_operation(name, surroundings))
    ]


def describe_operation(name: str, surroundings: Surroundings) -> OperationInfo | None:
    """Look at an operation; None where it cannot be read (a script with a syntax error)."""
    try:
        operation = find_operation(name, surroundings)
        if isinstance(operation, ScriptOperation):
            return OperationInfo(name=name, kind="script", flags=operation.interface.flags)
        if isinstance(operation, NotebookFileOperation):
            described = operation.interface
            return OperationInfo(name=name, kind="notebook", flags=described.flags, description=described.description)
        interface = inspect_callable(operation)  # type: ignore[arg-type] # a name never finds a cell
    except GuildError:
        return None
    return OperationInfo(name=name, kind="function", flags=interface.flags, description=interface.description)
