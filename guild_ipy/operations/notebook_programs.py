"""Functions and cells of a notebook, bound and packed to be run elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.domain.command import Command
from guild_ipy.domain.flags import FlagDef, Flags
from guild_ipy.domain.label import fill_label
from guild_ipy.domain.operation import FlagsDest, FlagsDestKind
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.domain.run_spec import NotebookProgram, RunSpec, SourceFile
from guild_ipy.errors import UsageError, suggest
from guild_ipy.operations.call import bind_call, inspect_callable
from guild_ipy.operations.cell import CellOperation, bind_cell
from guild_ipy.operations.declared import NOTHING_DECLARED, Declaration, declaration_of
from guild_ipy.operations.function_name import function_name
from guild_ipy.operations.given_files import left_to_dependencies
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.notebook_setup import pack_setup
from guild_ipy.operations.pack import Packed, pack
from guild_ipy.operations.packer import LARGE_BUFFER
from guild_ipy.operations.sourcecode import snapshot
from guild_ipy.operations.surroundings import Resolved, SpecOptions, Surroundings, common_parts
from guild_ipy.operations.unsendable import explain_unsendable

#: Where the snapshot of a function goes: its cells and the modules beside the notebook.
FUNCTION_SOURCE = ".guild/sourcecode"


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


def resolve_function(
    function: Callable[..., Any],
    args: Sequence[Any],
    given: Mapping[str, Any],
    options: SpecOptions,
    surroundings: Surroundings,
) -> Resolved:
    """Bind the arguments of a function, and pack it with what it uses."""
    interface = inspect_callable(function, options.name or function_name(function, surroundings.notebook.variables))
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


def resolve_cell(
    cell: CellOperation, given: Mapping[str, Any], options: SpecOptions, surroundings: Surroundings
) -> Resolved:
    """Set the constants of a cell, and pack it with the variables that it reads."""
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


def _resolve_notebook_program(parts: _NotebookParts, options: SpecOptions, surroundings: Surroundings) -> Resolved:
    notebook = surroundings.notebook
    packed = _pack(parts, notebook, _used(options.uses, notebook))
    setup = pack_setup(notebook)
    program, cell_files = _cells(packed, parts, notebook)
    taken = snapshot(
        notebook.project_dir,
        dest=FUNCTION_SOURCE,
        excluded_dirs=surroundings.excluded_dirs,
        include_notebooks=False,
        extra=cell_files,
        cache=surroundings.source_cache,
        left_out=tuple(left_to_dependencies(options.files, notebook.project_dir, notebook.project_dir)),
    )
    spec = RunSpec(
        opref=OpRef(type="func", package=notebook.path, name=parts.name),
        program=replace(program, setup=setup.content) if setup.content else program,
        source=taken.source,
        flag_defs=parts.flag_defs,
        takes_any_flag=parts.takes_any_flag,
        **common_parts(parts.flags, parts.user_flags, options, surroundings, notebook.project_dir),
    )
    if parts.declared is not NOTHING_DECLARED:
        spec = _apply_declaration(spec, parts.declared, options)
    notes = (*setup.notes, *taken.notes, *_describe_companions(packed.sizes))
    return Resolved(spec=spec, objects=_describe_objects(parts.program), notes=notes)


def _apply_declaration(spec: RunSpec, declared: Declaration, options: SpecOptions) -> RunSpec:
    """Give a function what its decorator says; what the user says of this run comes first."""
    from guild_ipy.operations.guildfile.filling import fill_command  # start-up cost: for functions with a decorator

    command = Command(dest=FlagsDest(kind=FlagsDestKind.ARGS), has_dest=False, env=declared.env, label=declared.label)
    label = (
        spec.label
        if spec.label_template is not None or declared.label is None
        else fill_label(declared.label, spec.flags)
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


def _pack(parts: _NotebookParts, notebook: Notebook, uses: Mapping[str, Any]) -> Packed:
    try:
        return pack(parts.program, notebook, uses, parts.flags)
    except Exception as error:  # noqa: BLE001 - whatever a type's own __reduce__ raises
        raise explain_unsendable(parts.program, notebook, error, uses) from None


def _describe_companions(sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Say which large variables came along for the sake of a text."""
    large = {name: size for name, size in sizes.items() if size >= LARGE_BUFFER}
    return tuple(
        f"the variable {name!r} ({size / 2**20:.0f} MiB) comes along, because a text of the code names it"
        for name, size in large.items()
    )


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
