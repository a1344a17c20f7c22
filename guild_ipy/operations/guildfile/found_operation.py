"""An operation of a Guild file with the script or notebook that it runs."""

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
    """The name by which it is run."""
    definition: OperationDef
    dest: FlagsDest
    flags: tuple[FlagDef, ...] = ()
    """The declared flags, completed from the script, and those that are imported from it."""
    module: FoundModule | None = None
    """For ``main``, the module; None if it was not found."""
    interface: ScriptInterface | None = None
    """For ``main``, the flags of the script."""
    notebook: NotebookFileOperation | None = None
    """For ``notebook``, the operation of the file; None if it does not exist."""
