"""Scripts, notebook files and operations of a Guild file, with flags bound and source chosen."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from guild_ipy.domain.flags import FlagDef, FlagValue
from guild_ipy.domain.list_text import as_recorded
from guild_ipy.domain.operation import StepsMain
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.run_spec import NotebookFileProgram, RunSpec, ScriptProgram
from guild_ipy.operations.find import ScriptOperation
from guild_ipy.operations.flags import bind_flags
from guild_ipy.operations.given_files import left_to_dependencies
from guild_ipy.operations.guildfile.operation import GuildFileOperation
from guild_ipy.operations.notebook_file import (
    NotebookFileOperation,
    check_notebook_tools,
    set_aside,
)
from guild_ipy.operations.script import InterfaceKind, ScriptInterface, script_arguments
from guild_ipy.operations.sourcecode import Snapshot, read_source_file, snapshot
from guild_ipy.operations.surroundings import Resolved, SpecOptions, Surroundings, common_parts, make_label
from guild_ipy.operations.unread import check_command, explaining_unread

_ALL_READ = ScriptInterface(kind=InterfaceKind.CONSTANTS)


def resolve_script(
    script: ScriptOperation, given: Mapping[str, Any], options: SpecOptions, surroundings: Surroundings
) -> Resolved:
    """Give a script its arguments or constants; its project is copied beside it."""
    file = script.file
    project, path = _place(file.path, surroundings, file.root)
    name, command, flags = bind_script(script, file.name or path, given)
    taken = _snapshot_with(file.path, project, options, surroundings)
    constants = flags if script.interface.kind == "constants" else {}
    spec = RunSpec(
        opref=OpRef(type="script", package=project, name=name),
        program=ScriptProgram(
            path=path,
            arguments=script_arguments(replace(script.interface, command=command), flags),
            constants=constants,
            command=command,
            roots=(os.path.relpath(file.root, project),) if file.root else (),
            package=file.package,
        ),
        source=taken.source,
        flag_defs=script.interface.flags,
        **_labelled(common_parts(flags, dict(given), options, surroundings, project), script.interface.flags),
    )
    return Resolved(spec=spec, notes=taken.notes)


def bind_script(
    script: ScriptOperation, name: str, given: Mapping[str, Any]
) -> tuple[str, tuple[str, ...], dict[str, FlagValue]]:
    """Return the name of an operation with its sub-command, the words of that, and the flags with their values."""
    command = check_command(script.interface, script.file.words, name)
    full_name = " ".join((name, *command))
    with explaining_unread(script.interface, full_name):
        return full_name, command, bind_flags(script.interface.flags, given, operation=full_name)


def resolve_notebook_file(
    notebook: NotebookFileOperation, given: Mapping[str, Any], options: SpecOptions, surroundings: Surroundings
) -> Resolved:
    """Give a notebook file its constants; what lies beside it is copied to where its cells are executed, as in Jupyter.

    UsageError where what executes it is not installed.
    """
    check_notebook_tools()
    project, name = _place(notebook.path, surroundings)
    flags = bind_flags(notebook.interface.flags, given, operation=name)
    taken = _snapshot_with(notebook.path, os.path.dirname(notebook.path), options, surroundings)
    spec = RunSpec(
        opref=OpRef(type="script", package=project, name=name),
        program=NotebookFileProgram(path=name, constants=flags),
        source=set_aside(taken.source, notebook.name, name),
        flag_defs=notebook.interface.flags,
        **_labelled(common_parts(flags, dict(given), options, surroundings, project), notebook.interface.flags),
    )
    return Resolved(spec=spec, notes=taken.notes)


def _place(path: str, surroundings: Surroundings, root: str = "") -> tuple[str, str]:
    """Give the project of a file and its path in there: the folder one is in, or else where its imports begin."""
    folder = surroundings.notebook.project_dir
    project = folder if path.startswith(folder + os.sep) else root or os.path.dirname(path)
    return project, os.path.relpath(path, project)


def resolve_declared(
    operation: GuildFileOperation, given: Mapping[str, Any], options: SpecOptions, surroundings: Surroundings
) -> Resolved:
    """Make the program that a Guild file declares; what the user says of this run comes first."""
    from guild_ipy.operations.guildfile.program import make_program  # start-up cost: few projects need it
    from guild_ipy.operations.guildfile.source import snapshot_declared
    from guild_ipy.operations.guildfile.values import check_values

    definition = operation.definition
    with explaining_unread(operation.interface or _ALL_READ, operation.name, is_declared=True):
        bound = bind_flags(operation.flags, given, operation=operation.name)
    flags = check_values(bound, operation.flags, operation.name, definition.folder)
    parts = make_program(operation, flags)
    taken = snapshot_declared(operation, options.files, surroundings)
    common = common_parts(flags, dict(given), options, surroundings, definition.folder)
    common = _labelled(common, operation.flags, definition.label)
    if definition.output_scalars is not None and not options.output_scalars:
        common["output_scalars"] = definition.output_scalars
    common["tags"] = tuple(dict.fromkeys((*definition.tags, *options.tags)))
    spec = RunSpec(
        opref=OpRef(
            type="guildfile",
            package=definition.guildfile,
            version=definition.version,
            model=definition.model,
            name=definition.name,
        ),
        program=parts.program,
        source=taken.source,
        flag_defs=operation.flags,
        command=parts.command,
        command_env=parts.filled.env,
        files=parts.files,
        compare=definition.compare,
        run_params=_inherited(options) if isinstance(definition.main, StepsMain) else {},
        **common,
    )
    return Resolved(spec=spec, notes=(*definition.notes, *taken.notes))


def _labelled(common: dict[str, Any], definitions: Sequence[FlagDef], declared: str | None = None) -> dict[str, Any]:
    """Make the label of what is recorded of flags: lists are text there, as in Guild AI."""
    template = declared if common["label_template"] is None else common["label_template"]
    return {**common, "label": make_label(template, as_recorded(common["flags"], definitions))}


def _inherited(options: SpecOptions) -> dict[str, object]:
    """Give what the steps of a pipeline take over, under the names that Guild AI 0.9.0 has for it."""
    return {"label": options.label, "tags": list(options.tags)}


def _snapshot_with(path: str, folder: str, options: SpecOptions, surroundings: Surroundings) -> Snapshot:
    """Copy a folder to the top of the run directory; the file that is run is in it whatever the limits say."""
    root = os.path.realpath(folder)
    return snapshot(
        folder,
        dest=".",
        excluded_dirs=surroundings.excluded_dirs,
        extra=(read_source_file(path, os.path.relpath(path, folder)),),
        cache=surroundings.source_cache,
        left_out=tuple(left_to_dependencies(options.files, surroundings.notebook.project_dir, root)),
    )
