"""The operation of a script: its arguments or constants are its flags, its project is copied with it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.program import ScriptProgram
from guild_ipy.domain.values.flags import FlagDef, FlagValue
from guild_ipy.errors import UsageError
from guild_ipy.operations.operation import BoundProgram, Template, refuse_positional
from guild_ipy.operations.project_copy import place_in_project, snapshot_with
from guild_ipy.operations.scripts.script_file import ScriptFile
from guild_ipy.operations.scripts.script_flags import ScriptInterface, script_arguments
from guild_ipy.operations.scripts.unread_arguments import check_command, explaining_unread
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.operations.spec_options import SpecOptions


@dataclass(frozen=True, kw_only=True)
class ScriptOperation:
    """A script on disk."""

    file: ScriptFile
    interface: ScriptInterface
    kind: str = "script"
    requires: tuple[Dependency, ...] = ()
    description: str = ""
    folder: str = ""

    @property
    def path(self) -> str:
        """Its path, absolute."""
        return self.file.path

    @property
    def name(self) -> str:
        """The name of its file."""
        return os.path.basename(self.path)

    @property
    def flags(self) -> tuple[FlagDef, ...]:
        """The arguments or constants that are found in its source."""
        return self.interface.flags

    @property
    def details(self) -> tuple[str, ...]:
        """Its sub-commands, and a note about arguments that could not be read."""
        commands = f"commands, each with flags of its own: {', '.join(self.interface.commands)}"
        which = "its other arguments" if self.interface.flags else "its arguments"
        unread = f"{which} could not be read ({self.interface.unread}); declare them in guild.yml"
        return (*([commands] if self.interface.commands else []), *([unread] if self.interface.unread else []))

    def check(self, flags: Mapping[str, Any]) -> None:
        """Refuse flags that it does not take, and a command that it does not have."""
        name = self.file.name or self.name
        self._bind_flags(name, check_command(self.interface, self.file.words, name), flags)

    def template(
        self, args: Sequence[Any], flags: Mapping[str, Any], options: SpecOptions, context: SearchContext
    ) -> Template:
        """See :class:`~guild_ipy.operations.operation.Operation`."""
        if args and args[0] in self.interface.commands:
            name = f"{self.name} {args[0]}"
            raise UsageError(f"{self.name!r} takes flags by name only; a command goes with it, as in {name!r}")
        refuse_positional(args, self, "a script")
        project, path = place_in_project(self.path, context, self.file.root)
        name = self.file.name or path
        command = check_command(self.interface, self.file.words, name)
        interface = replace(self.interface, command=command)

        def bind(given: Mapping[str, Any]) -> BoundProgram:
            values = self._bind_flags(name, command, given)
            program = ScriptProgram(
                path=path,
                arguments=script_arguments(interface, values),
                constants=values if interface.kind == "constants" else {},
                command=command,
                roots=(os.path.relpath(self.file.root, project),) if self.file.root else (),
                package=self.file.package,
            )
            return BoundProgram(flags=values, given=given, program=program)

        bound = bind(flags)
        taken = snapshot_with(self.path, project, options, context)
        return Template(
            opref=OpRef(type="script", package=project, name=" ".join((name, *command))),
            source=taken.source,
            project_dir=project,
            import_path=context.import_path,
            env=context.env,
            bound=bound,
            bind=bind,
            check=lambda given: bind(given).flags,
            flag_defs=self.flags,
            notes=taken.notes,
        )

    def _bind_flags(self, name: str, command: Sequence[str], given: Mapping[str, Any]) -> dict[str, FlagValue]:
        from guild_ipy.operations.flag_values.flag_binding import bind_flags  # start-up cost: a list binds no flags

        full_name = " ".join((name, *command))
        with explaining_unread(self.interface, full_name):
            return bind_flags(self.flags, given, operation=full_name)
