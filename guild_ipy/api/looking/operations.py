"""``operations``: what can be run here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guild_ipy.domain.dependency import Dependency
from guild_ipy.domain.flags import FlagDef
from guild_ipy.errors import GuildError
from guild_ipy.operations.find import find_operation, known_operations
from guild_ipy.operations.guildfile.lookup import open_guild_file, open_guild_operations
from guild_ipy.operations.operation import Operation
from guild_ipy.operations.surroundings import Surroundings

if TYPE_CHECKING:
    from guild_ipy.api.session import Session
    from guild_ipy.operations.guildfile.file import GuildFile


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
    """What else is known: what it runs, what it requires, and attributes of a Guild file that have no effect here."""
    error: str = ""
    """What is wrong with it, where it cannot be run: an operation of a Guild file, or a part of that."""


def list_operations(session: Session) -> list[OperationInfo]:
    """Return the functions of the notebook, the operations of the Guild file, scripts and notebooks, with their flags.

    What is wrong in the Guild file comes last, each with its error.
    """
    from guild_ipy.api.launching.run import surroundings_of  # start-up cost: listing completions needs no engine

    surroundings = surroundings_of(session)
    notebook = surroundings.notebook
    file = open_guild_file(notebook.project_dir)
    declared = open_guild_operations(file, surroundings.import_path)
    own = known_operations(notebook, list(declared))
    shown = {name: each for name, each in declared.items() if not callable(notebook.variables.get(name))}
    found = (_describe(name, shown[name]) if name in shown else describe_operation(name, surroundings) for name in own)
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
        For the first that is none, or cannot be read.
    """
    from guild_ipy.api.launching.run import surroundings_of  # start-up cost, as above

    surroundings = surroundings_of(session)
    return [_describe(name, find_operation(name, surroundings)) for name in names]


def describe_operation(name: str, surroundings: Surroundings) -> OperationInfo | None:
    """Look at an operation; None where it cannot be read (a script with a syntax error)."""
    try:
        return _describe(name, find_operation(name, surroundings))
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
