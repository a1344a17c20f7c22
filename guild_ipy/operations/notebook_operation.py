"""The operation of a notebook file: constants of its cells are its flags."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.program import NotebookFileProgram
from guild_ipy.domain.values.flags import FlagDef
from guild_ipy.operations.flag_values.flag_binding import bind_flags
from guild_ipy.operations.notebook_interface import NotebookFileInterface, check_notebook_tools, set_aside
from guild_ipy.operations.operation import BoundProgram, Template, refuse_positional
from guild_ipy.operations.project_copy import place_in_project, snapshot_with
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.operations.spec_options import SpecOptions


@dataclass(frozen=True, kw_only=True)
class NotebookFileOperation:
    """A notebook on disk."""

    path: str
    """Absolute."""
    interface: NotebookFileInterface
    kind: str = "notebook"
    requires: tuple[Dependency, ...] = ()
    details: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of its file."""
        return os.path.basename(self.path)

    @property
    def flags(self) -> tuple[FlagDef, ...]:
        """The constants of its cells."""
        return self.interface.flags

    @property
    def description(self) -> str:
        """Its first heading."""
        return self.interface.description

    @property
    def folder(self) -> str:
        """The folder of the file, in which Jupyter would execute it."""
        return os.path.dirname(self.path)

    def check(self, flags: Mapping[str, Any]) -> None:
        """Refuse flags that it does not take."""
        bind_flags(self.flags, flags, operation=self.name)

    def template(
        self, args: Sequence[Any], flags: Mapping[str, Any], options: SpecOptions, context: SearchContext
    ) -> Template:
        """See :class:`~guild_ipy.operations.operation.Operation`.

        Files next to the notebook are copied to where its cells are executed, as in Jupyter. UsageError if the packages
        that execute notebooks are not installed.
        """
        refuse_positional(args, self, "a notebook")
        check_notebook_tools()
        project, name = place_in_project(self.path, context)

        def bind(given: Mapping[str, Any]) -> BoundProgram:
            values = bind_flags(self.flags, given, operation=name)
            return BoundProgram(flags=values, given=given, program=NotebookFileProgram(path=name, constants=values))

        bound = bind(flags)
        taken = snapshot_with(self.path, self.folder, options, context)
        return Template(
            opref=OpRef(type="script", package=project, name=name),
            source=set_aside(taken.source, self.name, name),
            project_dir=project,
            import_path=context.import_path,
            env=context.env,
            bound=bound,
            bind=bind,
            check=lambda given: bind(given).flags,
            flag_defs=self.flags,
            notes=taken.notes,
        )
