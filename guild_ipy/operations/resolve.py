"""From what the user wrote to a RunSpec."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.domain.command import Command
from guild_ipy.domain.flags import FlagDef, Flags, FlagValue
from guild_ipy.domain.label import default_label, fill_label
from guild_ipy.domain.operation import FlagsDest, FlagsDestKind, StepsMain
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.domain.run_spec import NotebookFileProgram, NotebookProgram, RunSpec, ScriptProgram, SourceFile
from guild_ipy.domain.scalars import DEFAULT_PATTERNS
from guild_ipy.errors import OperationNotFound, UsageError, suggest
from guild_ipy.operations.call import bind_call, inspect_callable
from guild_ipy.operations.cell import CellOperation, bind_cell
from guild_ipy.operations.declared import NOTHING_DECLARED, Declaration, declaration_of
from guild_ipy.operations.flags import bind_flags
from guild_ipy.operations.guildfile.lookup import find_guild_operation, list_guild_operations
from guild_ipy.operations.guildfile.operation import GuildFileOperation
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.notebook_file import (
    NotebookFileOperation,
    check_notebook_tools,
    inspect_notebook,
    is_notebook_file,
    set_aside,
)
from guild_ipy.operations.pack import Packed, pack
from guild_ipy.operations.script import ScriptInterface, inspect_script, script_arguments
from guild_ipy.operations.sourcecode import SourceCache, snapshot
from guild_ipy.operations.unsendable import explain_unsendable

#: Where the snapshot of a function goes: its cells and the modules beside the notebook.
FUNCTION_SOURCE = ".guild/sourcecode"


@dataclass(frozen=True, kw_only=True)
class SpecOptions:
    """What the user says about a run besides its flags."""

    label: str | None = None
    tags: tuple[str, ...] = ()
    random_seed: int | None = None
    uses: tuple[str, ...] = ()
    """Variables of the notebook that the code does not name and needs all the same."""
    output_scalars: tuple[str, ...] = ()
    """Patterns in place of the default ones; see :mod:`guild_ipy.engine.output_scalars`."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where an operation is looked for and copied from."""

    notebook: Notebook
    env: Mapping[str, str]
    import_path: tuple[str, ...]
    excluded_dirs: tuple[str, ...]
    """Folders that no snapshot enters: Guild home."""
    source_cache: SourceCache


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A spec, and what the user should know before it runs."""

    spec: RunSpec
    objects: tuple[str, ...] = ()
    """Arguments that are no flags, for the preview: ``data: <DataFrame 100 x 3>``."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ScriptOperation:
    """A script on disk."""

    path: str
    """Absolute."""
    interface: ScriptInterface

    @property
    def name(self) -> str:
        """Its path from the project's folder."""
        return os.path.basename(self.path)


#: Operations that take flags by name only.
_FLAGS_ONLY: Mapping[type, str] = {
    ScriptOperation: "a script",
    NotebookFileOperation: "a notebook",
    GuildFileOperation: "an operation of the Guild file",
}

Operation = Callable[..., Any] | CellOperation | ScriptOperation | NotebookFileOperation | GuildFileOperation


def find_operation(word: object, surroundings: Surroundings) -> Operation:
    """Find what `word` names.

    That is a callable itself, a callable of the notebook (dots allowed), an operation of the project's Guild file, or
    the path of a script or a notebook, in this order; None is the default operation of the Guild file.

    Raises
    ------
    OperationNotFound, UsageError, GuildFileError
    """
    if isinstance(word, CellOperation | ScriptOperation | NotebookFileOperation | GuildFileOperation) or callable(word):
        return word
    project_dir = surroundings.notebook.project_dir
    if word is None:
        default = find_guild_operation(None, project_dir, surroundings.import_path)
        if default is None:
            raise UsageError("run: nothing is named; name a function of the notebook, or the path of a script")
        return default
    if not isinstance(word, str):
        raise UsageError(f"an operation is a function, a script or a name, not {type(word).__name__}")
    found = _find_variable(word, surroundings.notebook.variables)
    if callable(found):
        return found  # type: ignore[no-any-return] # just tested
    declared = find_guild_operation(word, project_dir, surroundings.import_path)
    if declared is not None:
        return declared
    path = os.path.join(project_dir, word)
    if os.path.isfile(path) and is_notebook_file(path):
        return NotebookFileOperation(path=os.path.normpath(path), interface=inspect_notebook(path))
    if os.path.isfile(path):
        return ScriptOperation(path=os.path.normpath(path), interface=inspect_script(path))
    if found is not None:
        raise UsageError(f"{word!r} is a {type(found).__name__}, which cannot be run; name a function or a script")
    raise OperationNotFound(word, known_operations(surroundings.notebook))


def known_operations(notebook: Notebook) -> list[str]:
    """Give the names that could be run: functions of the notebook, operations of the Guild file, scripts, notebooks.

    Raises
    ------
    GuildFileError
        If there is a Guild file that is wrong.
    """
    functions = [
        name
        for name, value in notebook.variables.items()
        if not name.startswith("_") and getattr(value, "__module__", None) == "__main__" and _is_function(value)
    ]
    try:
        names = [name for name in os.listdir(notebook.project_dir) if name[0] not in "._"]
    except OSError:
        names = []
    scripts = [name for name in names if name.endswith(".py")]
    own = os.path.basename(notebook.path)
    notebooks = [name for name in names if is_notebook_file(name) and name != own]
    declared = [name for name in list_guild_operations(notebook.project_dir) if name not in functions]
    files = [name for name in (*sorted(scripts), *sorted(notebooks)) if name not in declared]
    return sorted(functions) + declared + files


def resolve(
    operation: Operation,
    args: Sequence[Any],
    flags: Mapping[str, Any],
    options: SpecOptions,
    surroundings: Surroundings,
) -> Resolved:
    """Bind flags, pack the program, and choose the source files.

    Raises
    ------
    FlagError, CannotSend, UsageError
        Nothing has been written then.
    """
    if args and (kind := _FLAGS_ONLY.get(type(operation))):
        raise UsageError(f"{getattr(operation, 'name', operation)!r} is {kind} and takes flags by name only")
    if isinstance(operation, GuildFileOperation):
        return _resolve_declared(operation, flags, options, surroundings)
    if isinstance(operation, NotebookFileOperation):
        return _resolve_notebook_file(operation, flags, options, surroundings)
    if isinstance(operation, ScriptOperation):
        return _resolve_script(operation, flags, options, surroundings)
    if isinstance(operation, CellOperation):
        return _resolve_cell(operation, flags, options, surroundings)
    return _resolve_function(operation, args, flags, options, surroundings)


# -- the kinds


def _resolve_function(
    function: Callable[..., Any],
    args: Sequence[Any],
    given: Mapping[str, Any],
    options: SpecOptions,
    surroundings: Surroundings,
) -> Resolved:
    interface = inspect_callable(function)
    bound = bind_call(function, interface, args, given)
    declared = declaration_of(function)
    parts = _NotebookParts(
        declared=declared,
        name=interface.name,
        program=bound.call,
        flags=bound.flags,
        user_flags=bound.user_flags,
        flag_defs=interface.flags,
        takes_any_flag=interface.takes_any_flag,
    )
    return _resolve_notebook_program(parts, options, surroundings)


def _resolve_cell(
    cell: CellOperation, given: Mapping[str, Any], options: SpecOptions, surroundings: Surroundings
) -> Resolved:
    bound = bind_cell(cell, given, surroundings.notebook)
    parts = _NotebookParts(
        name=cell.name,
        program=bound.code,
        flags=bound.flags,
        user_flags=dict(given),
        flag_defs=bound.flag_defs,
        cell_number=cell.number,
    )
    return _resolve_notebook_program(parts, options, surroundings)


def _resolve_script(
    script: ScriptOperation, given: Mapping[str, Any], options: SpecOptions, surroundings: Surroundings
) -> Resolved:
    project, name = _place(script.path, surroundings)
    flags = bind_flags(script.interface.flags, given, operation=name)
    taken = snapshot(
        project,
        dest=".",
        excluded_dirs=surroundings.excluded_dirs,
        extra=(_read_script(script.path, name),),
        cache=surroundings.source_cache,
    )
    constants = flags if script.interface.kind == "constants" else {}
    arguments = () if constants else script_arguments(script.interface, flags)
    spec = RunSpec(
        opref=OpRef(type="script", package=project, name=name),
        program=ScriptProgram(path=name, arguments=arguments, constants=constants),
        source=taken.source,
        flag_defs=script.interface.flags,
        **_common(flags, dict(given), options, surroundings, project),
    )
    return Resolved(spec=spec, notes=taken.notes)


def _resolve_notebook_file(
    notebook: NotebookFileOperation, given: Mapping[str, Any], options: SpecOptions, surroundings: Surroundings
) -> Resolved:
    check_notebook_tools()
    project, name = _place(notebook.path, surroundings)
    flags = bind_flags(notebook.interface.flags, given, operation=name)
    taken = snapshot(
        project,
        dest=".",
        excluded_dirs=surroundings.excluded_dirs,
        extra=(_read_script(notebook.path, name),),
        cache=surroundings.source_cache,
    )
    spec = RunSpec(
        opref=OpRef(type="script", package=project, name=name),
        program=NotebookFileProgram(path=name, constants=flags),
        source=set_aside(taken.source, name),
        flag_defs=notebook.interface.flags,
        **_common(flags, dict(given), options, surroundings, project),
    )
    return Resolved(spec=spec, notes=taken.notes)


def _place(path: str, surroundings: Surroundings) -> tuple[str, str]:
    """Give the project of a file and its path in there: the folder one is in, or else the file's own."""
    folder = surroundings.notebook.project_dir
    project = folder if path.startswith(folder + os.sep) else os.path.dirname(path)
    return project, os.path.relpath(path, project)


def _resolve_declared(
    operation: GuildFileOperation, given: Mapping[str, Any], options: SpecOptions, surroundings: Surroundings
) -> Resolved:
    from guild_ipy.operations.guildfile.program import make_program  # start-up cost: few projects need it
    from guild_ipy.operations.guildfile.source import snapshot_declared
    from guild_ipy.operations.guildfile.values import check_values

    definition = operation.definition
    flags = check_values(operation, bind_flags(operation.flags, given, operation=operation.name))
    parts = make_program(operation, flags)
    taken = snapshot_declared(operation, surroundings.excluded_dirs, surroundings.source_cache)
    common = _common(flags, dict(given), options, surroundings, definition.folder)
    if options.label is None and definition.label is not None:
        common["label"] = fill_label(definition.label, flags)
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


def _inherited(options: SpecOptions) -> dict[str, object]:
    """Give what the steps of a pipeline take over, under the names that Guild AI 0.9.0 has for it."""
    return {"label": options.label, "tags": list(options.tags)}


# -- notebook programs


@dataclass(frozen=True, kw_only=True)
class _NotebookParts:
    name: str
    program: FunctionCall | CellCode
    flags: Flags
    user_flags: Flags
    flag_defs: tuple[FlagDef, ...]
    takes_any_flag: bool = False
    cell_number: int | None = None
    declared: Declaration = NOTHING_DECLARED


def _resolve_notebook_program(parts: _NotebookParts, options: SpecOptions, surroundings: Surroundings) -> Resolved:
    notebook = surroundings.notebook
    packed = _pack(parts.program, notebook, _used(options.uses, notebook))
    program, cell_files = _cells(packed, parts, notebook)
    taken = snapshot(
        notebook.project_dir,
        dest=FUNCTION_SOURCE,
        excluded_dirs=surroundings.excluded_dirs,
        include_notebooks=False,
        extra=cell_files,
        cache=surroundings.source_cache,
    )
    spec = RunSpec(
        opref=OpRef(type="func", package=notebook.path, name=parts.name),
        program=program,
        source=taken.source,
        flag_defs=parts.flag_defs,
        takes_any_flag=parts.takes_any_flag,
        **_common(parts.flags, parts.user_flags, options, surroundings, notebook.project_dir),
    )
    if parts.declared is not NOTHING_DECLARED:
        spec = apply_declaration(spec, parts.declared, options)
    return Resolved(spec=spec, objects=_describe_objects(parts.program), notes=taken.notes)


def apply_declaration(spec: RunSpec, declared: Declaration, options: SpecOptions) -> RunSpec:
    """Give a function what its decorator says; what the user says of this run comes first."""
    from guild_ipy.operations.guildfile.filling import fill_command  # start-up cost: for functions with a decorator

    command = Command(dest=FlagsDest(kind=FlagsDestKind.ARGS), has_dest=False, env=declared.env, label=declared.label)
    label = (
        spec.label if options.label is not None or declared.label is None else fill_label(declared.label, spec.flags)
    )
    return replace(
        spec,
        label=label,
        tags=tuple(dict.fromkeys((*declared.tags, *spec.tags))),
        output_scalars=options.output_scalars or declared.output_scalars or spec.output_scalars,
        command=command,
        command_env=fill_command(command, spec.flags, spec.flag_defs, None).env if declared.env else {},
    )


def _describe_objects(program: FunctionCall | CellCode) -> tuple[str, ...]:
    objects = program.objects if isinstance(program, FunctionCall) else {}
    return tuple(f"{name}: <{_describe(value)}>" for name, value in objects.items())


def _describe(value: object) -> str:
    shape = getattr(value, "shape", None)
    size = " x ".join(map(str, shape)) if isinstance(shape, tuple) else ""
    return f"{type(value).__name__} {size}".rstrip()


def _used(names: Sequence[str], notebook: Notebook) -> dict[str, Any]:
    for name in names:
        if name not in notebook.variables:
            raise UsageError(f"the notebook has no variable {name!r} to take along{suggest(name, notebook.variables)}")
    return {name: notebook.variables[name] for name in names}


def _pack(program: FunctionCall | CellCode, notebook: Notebook, uses: Mapping[str, Any]) -> Packed:
    try:
        return pack(program, notebook, uses)
    except Exception as error:  # noqa: BLE001 - whatever a type's own __reduce__ raises
        raise explain_unsendable(program, notebook, error, uses) from None


def _cells(packed: Packed, parts: _NotebookParts, notebook: Notebook) -> tuple[NotebookProgram, tuple[SourceFile, ...]]:
    """Name the files of the captured cells: 01.py, 02.py, ... in the order of their execution."""
    found = {name: cell for name in packed.code_files if (cell := notebook.find_cell(name)) is not None}
    texts = {name: (cell.number, cell.source) for name, cell in found.items()}
    if isinstance(parts.program, CellCode):
        texts[parts.program.filename] = (parts.cell_number or 0, parts.program.source)
    ordered = sorted(texts, key=lambda name: texts[name][0])
    paths = {name: f"cells/{position:02d}.py" for position, name in enumerate(ordered, start=1)}
    files = tuple(SourceFile(path=path, content=texts[name][1].encode()) for name, path in paths.items())
    numbers = {name: texts[name][0] for name in ordered}
    return NotebookProgram(payload=packed.payload, buffers=packed.buffers, cells=paths, cell_numbers=numbers), files


# -- common


def _common(
    flags: Flags, user_flags: Flags, options: SpecOptions, surroundings: Surroundings, project_dir: str
) -> dict[str, Any]:
    seed = secrets.randbits(32) if options.random_seed is None else options.random_seed
    if not 0 <= seed < 2**32:
        raise UsageError(f"random seed {seed} is not between 0 and {2**32 - 1}")
    return {
        "flags": flags,
        "user_flags": _chosen(flags, user_flags),
        "label": default_label(flags) if options.label is None else options.label,
        "tags": options.tags,
        "random_seed": seed,
        "project_dir": project_dir,
        "import_path": surroundings.import_path,
        "env": surroundings.env,
        "output_scalars": options.output_scalars or DEFAULT_PATTERNS,
    }


def _chosen(flags: Flags, given: Mapping[str, Any]) -> dict[str, FlagValue]:
    """Give those of the flags that the user gave; ``learning_rate`` may have been said for ``learning-rate``."""
    names = {name.replace("-", "_") for name in given}
    return {name: value for name, value in flags.items() if name.replace("-", "_") in names}


def _read_script(path: str, name: str) -> SourceFile:
    """Read the script itself, which is in the snapshot whatever the limits say."""
    try:
        with open(path, "rb") as file:
            return SourceFile(path=name, content=file.read(), origin=path)
    except OSError as error:
        raise UsageError(f"cannot read {path!r}: {error.strerror}") from error


def _find_variable(word: str, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401
    name, *attributes = word.split(".")
    value = variables.get(name)
    for attribute in attributes:
        value = getattr(value, attribute, None)
    return value


def _is_function(value: object) -> bool:
    return callable(value) and not isinstance(value, type)


def python_import_path(project_dir: str) -> tuple[str, ...]:
    """Give the project's folder and ``sys.path``, every entry absolute and once."""
    entries = (os.path.normpath(os.path.join(project_dir, entry)) for entry in ("", *sys.path))
    return tuple(dict.fromkeys(entries))
