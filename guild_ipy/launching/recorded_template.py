"""The template of a run that is there: its own source and code, of which a restart makes the run with other flags."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
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


def recorded_template(run: Run, meta: JobMeta) -> Template:
    """Return the template of a run, as its directory records it. Flags that are not given are those of the run."""
    return Template(
        opref=run.opref,
        source=ProjectSource(dest=meta.sourcecode),
        project_dir=meta.command.project_dir if meta.command is not None else "",
        import_path=meta.import_path,
        bound=BoundProgram(flags=meta.flags, program=meta.program, env=meta.env),
        bind=lambda given: _bind(run.dir, meta, given),
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


def bind_command(run_dir: RunDir, meta: JobMeta, flags: Flags) -> BoundProgram:
    """Fill the command that a Guild file, or Guild AI, has declared for a run.

    Raises
    ------
    FlagError
        For a path that does not exist, and a value that cannot reach the program.
    """
    from guild_ipy.operations.guildfile.filled_command import fill_command  # start-up cost: for runs of Guild files
    from guild_ipy.operations.guildfile.flag_checks import check_values
    from guild_ipy.operations.guildfile.open_operation import inspect_for

    command, program = meta.command, meta.program
    assert command is not None
    flags = check_values(flags, meta.flag_defs, meta.operation, command.project_dir)
    interface = None
    if isinstance(program, ScriptProgram):
        dest = command.dest if command.has_dest else None
        path = os.path.join(run_dir.path, program.path)
        roots = [os.path.join(run_dir.path, root) for root in program.roots]
        interface = inspect_for(path, dest, command=command.words, roots=roots)
    filled = fill_command(command, flags, meta.flag_defs, interface)
    if isinstance(program, NotebookFileProgram):
        own = {flag.name for flag in inspect_notebook(os.path.join(run_dir.path, program.main_file)).flags}
        filled = replace(filled, constants={name: each for name, each in filled.constants.items() if name in own})
    return BoundProgram(flags=flags, program=program.with_values(filled.words, filled.constants), env=filled.env)


def _bind(run_dir: RunDir, meta: JobMeta, given: Mapping[str, Any]) -> BoundProgram:
    program = meta.program
    interface = _NAMES
    if isinstance(program, ScriptProgram) and meta.command is None:
        interface = _read_interface(program, run_dir)
    known = [_as_recorded(definition, meta.flags, given) for definition in meta.flag_defs]
    with explaining_unread(interface, meta.operation):
        bound = bind_flags(known, given, operation=meta.operation, accepts_any=meta.takes_any_flag)
    absent = {name for name, value in bound.items() if value is None and name not in {*meta.flags, *given}}
    flags = {**meta.flags, **{name: value for name, value in bound.items() if name not in absent}}
    if meta.command is not None:
        return replace(bind_command(run_dir, meta, flags), given=given)
    constants = flags if interface.kind is InterfaceKind.CONSTANTS else {}
    program = program.with_values(script_arguments(interface, flags), constants)
    return BoundProgram(flags=flags, given=given, program=program)


def _read_interface(script: ScriptProgram, run_dir: RunDir) -> ScriptInterface:
    """Read the interface of a script from the run's own copy of the source."""
    roots = [os.path.join(run_dir.path, root) for root in ("", *script.roots)]
    found = inspect_script(os.path.join(run_dir.path, script.path), command=script.command, roots=roots)
    return replace(found, command=script.command)


def _as_recorded(definition: FlagDef, flags: Flags, given: Mapping[str, Any]) -> FlagDef:
    """Give a flag the recorded value as default; values that came with a choice are recorded already."""
    details = definition.choice_details if definition.name in given else ()
    default = flags.get(definition.name, definition.default)
    return replace(definition, default=default, required=False, choice_details=details)
