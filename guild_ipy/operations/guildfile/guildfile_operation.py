"""An operation of a Guild file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.declarations.operation_def import OperationDef
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.values.flags import Flags
from guild_ipy.operations.flag_values.flag_binding import bind_flags
from guild_ipy.operations.guildfile.found_operation import FoundOperation
from guild_ipy.operations.operation import BoundProgram, Template, describe_requires, refuse_positional
from guild_ipy.operations.scripts.script_interface import InterfaceKind, ScriptInterface
from guild_ipy.operations.scripts.unread_arguments import explaining_unread
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.operations.spec_options import SpecOptions

_ALL_READ = ScriptInterface(kind=InterfaceKind.CONSTANTS)


@dataclass(frozen=True, kw_only=True)
class GuildFileOperation(FoundOperation):
    """An operation of a Guild file, as it can be run."""

    kind: str = "guildfile"

    @property
    def requires(self) -> tuple[Dependency, ...]:
        """The dependencies that it declares."""
        return self.definition.requires

    @property
    def description(self) -> str:
        """The declared description."""
        return self.definition.description

    @property
    def details(self) -> tuple[str, ...]:
        """Its program, its dependencies, and notes about attributes that have no effect here."""
        return (self.definition.main.summary, *describe_requires(self.requires), *self.definition.notes)

    @property
    def folder(self) -> str:
        """The folder of its notebook."""
        return "" if self.notebook is None else self.notebook.folder

    def check(self, flags: Mapping[str, Any]) -> None:
        """Refuse flags that it does not take."""
        self._bind_flags(flags)

    def template(
        self, args: Sequence[Any], flags: Mapping[str, Any], options: SpecOptions, context: SearchContext
    ) -> Template:
        """See :class:`~guild_ipy.operations.operation.Operation`."""
        from guild_ipy.operations.guildfile.operation_source import snapshot_declared
        from guild_ipy.operations.guildfile.program_builder import (  # start-up cost: of a run only
            make_command,
            make_program,
        )

        refuse_positional(args, self, "an operation of the Guild file")
        definition = self.definition
        command = make_command(self)

        def bind(given: Mapping[str, Any]) -> BoundProgram:
            return replace(make_program(self, command, self._bind_flags(given)), given=given)

        bound = bind(flags)
        taken = snapshot_declared(self, options.files, context)
        return Template(
            opref=_opref(definition),
            source=taken.source,
            project_dir=definition.folder,
            import_path=context.import_path,
            env=context.env,
            bound=bound,
            bind=bind,
            check=lambda given: bind(given).flags,
            flag_defs=self.flags,
            command=command,
            label=definition.label,
            tags=definition.tags,
            output_scalars=definition.output_scalars,
            compare=definition.compare,
            resources=definition.resources,
            is_pipeline=definition.main.is_pipeline,
            notes=(*definition.notes, *taken.notes),
        )

    def _bind_flags(self, given: Mapping[str, Any]) -> Flags:
        from guild_ipy.operations.guildfile.flag_checks import (
            check_values,  # start-up cost: listing flags needs no check
        )

        with explaining_unread(self.interface or _ALL_READ, self.name, is_declared=True):
            bound = bind_flags(self.flags, given, operation=self.name)
        return check_values(bound, self.flags, self.name, self.definition.folder)


def _opref(definition: OperationDef) -> OpRef:
    return OpRef(
        type="guildfile",
        package=definition.guildfile,
        version=definition.version,
        model=definition.model,
        name=definition.name,
    )
