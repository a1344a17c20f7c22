"""What an operation requires before it can start, whatever kind it is."""

from __future__ import annotations

import os

from guild_ipy.domain.dependency import Dependency
from guild_ipy.operations.call import inspect_callable
from guild_ipy.operations.cell import CellOperation
from guild_ipy.operations.declared import declaration_of
from guild_ipy.operations.find import Operation, ScriptOperation
from guild_ipy.operations.guildfile.operation import GuildFileOperation
from guild_ipy.operations.notebook_file import NotebookFileOperation


def requires_of(operation: Operation) -> tuple[Dependency, ...]:
    """Give the dependencies of an operation."""
    if isinstance(operation, GuildFileOperation):
        return operation.definition.requires
    return declaration_of(operation).requires


def own_flags(operation: Operation) -> frozenset[str]:
    """Give the names of the flags that an operation has itself."""
    if isinstance(operation, GuildFileOperation):
        return frozenset(flag.name for flag in operation.flags)
    if isinstance(operation, ScriptOperation | NotebookFileOperation):
        return frozenset(flag.name for flag in operation.interface.flags)
    if isinstance(operation, CellOperation):
        return frozenset()
    return frozenset(flag.name for flag in inspect_callable(operation).flags)


def notebook_folder(operation: Operation) -> str:
    """Give the folder of a notebook file, in which it expects its files; empty for other operations."""
    notebook = operation.notebook if isinstance(operation, GuildFileOperation) else operation
    return os.path.dirname(notebook.path) if isinstance(notebook, NotebookFileOperation) else ""
