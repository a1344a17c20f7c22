"""The template of a run that is there: its own source and code, of which a restart makes the run with other flags."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from guild_ipy.domain.program import NotebookFileProgram, ScriptProgram
from guild_ipy.domain.run_spec import ProjectSource
from guild_ipy.domain.values.flags import FlagDef, Flags
from guild_ipy.engine.meta import JobMeta
from guild_ipy.operations.flag_values.flag_binding import bind_flags
from guild_ipy.operations.notebook_interface import inspect_notebook
from guild_ipy.operations.operation import BoundProgram, Template
from guild_ipy.operations.scripts.script_flags import InterfaceKind, ScriptInterface, inspect_script, script_arguments
from guild_ipy.operations.scripts.unread_arguments import explaining_unread
from guild_ipy.session.run_handle import Run
from guild_ipy.store.run_dir import RunDir

#: The interface of a program whose flags are not on a command line.
_NAMES = ScriptInterface(kind=InterfaceKind.CONSTANTS)


class RecordedInterface:
    """The interface of the program of a run, read from its own copy of the source when it is first asked for.

    Runs that differ by their flags alone have the same one.
    """

    def __init__(self, run_dir: RunDir, meta: JobMeta) -> None:
        self._dir = run_dir
        self._meta = meta

    @cached_property
    def of_script(self) -> ScriptInterface:
        """Of a script that no Guild file declares; of any other program that its flags are names."""
        script = self._meta.program
        if not isinstance(script, ScriptProgram) or self._meta.command is not None:
            return _NAMES
        found = inspect_script(self._path(script.path), command=script.command, roots=self._roots(("", *script.roots)))
        return replace(found, command=script.command)

    @cached_property
    def of_command(self) -> ScriptInterface | None:
        """Of the script of a command that a Guild file declares; None if there is none."""
        from guild_ipy.operations.guildfile.open_operation import inspect_for  # start-up cost: for runs of Guild files

        command, script = self._meta.command, self._meta.program
        if command is None or not isinstance(script, ScriptProgram):
            return None
        dest = command.dest if command.has_dest else None
        return inspect_for(self._path(script.path), dest, command=command.words, roots=self._roots(script.roots))

    @cached_property
    def notebook_names(self) -> frozenset[str]:
        """The names of a notebook file that can have another value."""
        return frozenset(flag.name for flag in inspect_notebook(self._path(self._meta.program.main_file)).flags)

    def _path(self, path: str) -> str:
        return os.path.join(self._dir.path, path)

    def _roots(self, roots: Iterable[str]) -> list[str]:
        return [self._path(root) for root in roots]


def recorded_template(run: Run, meta: JobMeta, interface: RecordedInterface | None = None) -> Template:
    """Return the template of a run, as its directory records it. Flags that are not given are those of the run.

    `interface` is the one of its program, if it has been read already.
    """
    interface = interface or RecordedInterface(run.dir, meta)
    return Template(
        opref=run.opref,
        source=ProjectSource(dest=meta.sourcecode),
        project_dir=meta.command.project_dir if meta.command is not None else "",
        import_path=meta.import_path,
        bound=BoundProgram(flags=meta.flags, program=meta.program, env=meta.env),
        bind=lambda given: _bind(meta, given, interface),
        check=lambda given: _bind(meta, given, interface).flags,
        flag_defs=meta.flag_defs,
        takes_any_flag=meta.takes_any_flag,
        command=meta.command,
        label=recorded_label_template(run),
        output_scalars=meta.output_scalars,
    )


def recorded_label_template(run: Run) -> str | None:
    """Return the text of which the label of a run was made; None if it was made of the flags alone."""
    operation = run.get("op")
    template = operation.get("label-template") if isinstance(operation, dict) else None
    return template if isinstance(template, str) else None


def bind_command(meta: JobMeta, flags: Flags, interface: RecordedInterface) -> BoundProgram:
    """Fill the command that a Guild file, or Guild AI, has declared for a run.

    Raises
    ------
    FlagError
        For a path that does not exist, and a value that cannot reach the program.
    """
    from guild_ipy.operations.guildfile.filled_command import fill_command  # start-up cost: for runs of Guild files
    from guild_ipy.operations.guildfile.flag_checks import check_values

    command, program = meta.command, meta.program
    assert command is not None
    flags = check_values(flags, meta.flag_defs, meta.operation, command.project_dir)
    filled = fill_command(command, flags, meta.flag_defs, interface.of_command)
    if isinstance(program, NotebookFileProgram):
        own = interface.notebook_names
        filled = replace(filled, constants={name: each for name, each in filled.constants.items() if name in own})
    return BoundProgram(flags=flags, program=program.with_values(filled.words, filled.constants), env=filled.env)


def _bind(meta: JobMeta, given: Mapping[str, Any], recorded: RecordedInterface) -> BoundProgram:
    program, interface = meta.program, recorded.of_script
    known = [_as_recorded(definition, meta.flags, given) for definition in meta.flag_defs]
    with explaining_unread(interface, meta.operation):
        bound = bind_flags(known, given, operation=meta.operation, accepts_any=meta.takes_any_flag)
    absent = {name for name, value in bound.items() if value is None and name not in {*meta.flags, *given}}
    flags = {**meta.flags, **{name: value for name, value in bound.items() if name not in absent}}
    if meta.command is not None:
        return replace(bind_command(meta, flags, recorded), given=given)
    constants = flags if interface.kind is InterfaceKind.CONSTANTS else {}
    program = program.with_values(script_arguments(interface, flags), constants)
    return BoundProgram(flags=flags, given=given, program=program)


def _as_recorded(definition: FlagDef, flags: Flags, given: Mapping[str, Any]) -> FlagDef:
    """Give a flag the recorded value as default; values that came with a choice are recorded already."""
    details = definition.choice_details if definition.name in given else ()
    default = flags.get(definition.name, definition.default)
    return replace(definition, default=default, required=False, choice_details=details)
