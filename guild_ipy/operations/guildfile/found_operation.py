"""An operation of a Guild file, with what was found of its program."""

from __future__ import annotations

from dataclasses import dataclass

from guild_ipy.domain.declarations.operation_def import FlagsDest, OperationDef
from guild_ipy.domain.values.flags import FlagDef
from guild_ipy.operations.notebook_operation import NotebookFileOperation
from guild_ipy.operations.scripts.main_module import FoundModule
from guild_ipy.operations.scripts.script_interface import ScriptInterface


@dataclass(frozen=True, kw_only=True)
class FoundOperation:
    """The declaration, and the files that it names."""

    name: str
    """By which it is run."""
    definition: OperationDef
    dest: FlagsDest
    flags: tuple[FlagDef, ...] = ()
    """The declared flags, with what the script says of them, and those that are imported from it."""
    module: FoundModule | None = None
    """For ``main``, where it was found."""
    interface: ScriptInterface | None = None
    """For ``main``, what the script takes."""
    notebook: NotebookFileOperation | None = None
    """For ``notebook``, the file, where it is there."""
