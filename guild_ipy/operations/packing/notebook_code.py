"""Makes the templates of functions and cells: packs their code with the objects that it uses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.domain.program import SOURCECODE_DIR, CellFile, NotebookProgram
from guild_ipy.domain.run_spec import PackedCode, SourceFile
from guild_ipy.domain.values.flags import FlagDef, Flags
from guild_ipy.errors import UsageError, suggest
from guild_ipy.operations.given_files import left_to_dependencies
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.operation import BoundProgram, Template
from guild_ipy.operations.packing.notebook_setup import pack_setup
from guild_ipy.operations.packing.pack import Packed, pack
from guild_ipy.operations.packing.packer import LARGE_BUFFER
from guild_ipy.operations.packing.unsendable import explain_unsendable
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.operations.sourcecode.snapshot import Snapshot, snapshot
from guild_ipy.operations.spec_options import SpecOptions


@dataclass(frozen=True, kw_only=True)
class BoundCode:
    """A function or cell with the values of its flags."""

    name: str
    """The name of the operation."""
    code: FunctionCall | CellCode
    flags: Flags
    given: Collection[str]
    """The names of the flags that the user gave."""
    flag_defs: tuple[FlagDef, ...]
    """The flags that it takes."""
    env: Mapping[str, str] = field(default_factory=dict)
    """The variables that the flags add to the environment of the process."""
    cell_number: int | None = None


def make_template(
    code: BoundCode,
    bind: Callable[[Mapping[str, Any]], BoundCode],
    options: SpecOptions,
    context: SearchContext,
) -> Template:
    """Pack `code`, which `bind` has returned, and take a snapshot of the source.

    For other flags the packed code is used again, unless they come with other objects or texts.
    """
    notebook = context.notebook
    uses = _used(options.uses, notebook)
    packed = _pack(code, notebook, uses, options.other_texts)
    setup = pack_setup(notebook)
    program, cell_files = _cells(packed, code, notebook)
    taken = _take_snapshot(cell_files, options, context)
    content = PackedCode(payload=packed.payload, buffers=packed.buffers, setup=setup.content)

    def bind_others(flags: Mapping[str, Any]) -> BoundProgram:
        other = bind(flags)
        if _is_same_code(other, code):
            return _bound_program(other, program, content)
        anew = _pack(other, notebook, uses)
        return _bound_program(other, program, replace(content, payload=anew.payload, buffers=anew.buffers))

    return Template(
        opref=OpRef(type="func", package=notebook.path, name=code.name),
        source=taken.source,
        project_dir=notebook.project_dir,
        import_path=context.import_path,
        env=context.env,
        bound=_bound_program(code, program, content),
        bind=bind_others,
        check=lambda flags: bind(flags).flags,
        flag_defs=code.flag_defs,
        notes=(*setup.notes, *taken.notes, *_describe_extra_variables(packed.sizes)),
    )


def _bound_program(code: BoundCode, program: NotebookProgram, packed: PackedCode) -> BoundProgram:
    return BoundProgram(
        flags=code.flags,
        given=code.given,
        program=program,
        packed=packed,
        objects=_describe_objects(code.code),
        env=code.env,
    )


def _take_snapshot(cell_files: Sequence[SourceFile], options: SpecOptions, context: SearchContext) -> Snapshot:
    project_dir = context.notebook.project_dir
    return snapshot(
        project_dir,
        dest=SOURCECODE_DIR,
        excluded_dirs=context.excluded_dirs,
        include_notebooks=False,
        extra=cell_files,
        cache=context.source_cache,
        left_out=tuple(left_to_dependencies(options.files, project_dir, project_dir)),
    )


def _is_same_code(one: BoundCode, other: BoundCode) -> bool:
    """Whether the packed code of one can be used for the other: its objects are the same, and so are all texts."""
    if isinstance(one.code, CellCode) or isinstance(other.code, CellCode):
        return one.code == other.code and _texts(one.flags) == _texts(other.flags)
    has_own_objects = any(one.code.objects[name] is not value for name, value in other.code.objects.items())
    is_alike = one.code.objects.keys() == other.code.objects.keys() and one.code.forms == other.code.forms
    return is_alike and not has_own_objects and _texts(one.flags) == _texts(other.flags)


def _texts(flags: Flags) -> dict[str, object]:
    """Return the flags whose values may be code, so that they decide which variables of the notebook are packed."""
    return {name: value for name, value in flags.items() if not isinstance(value, int | float | None)}


def _describe_objects(program: FunctionCall | CellCode) -> tuple[str, ...]:
    return tuple(f"{name}: <{_describe(value)}>" for name, value in program.objects.items())


def _describe(value: object) -> str:
    shape = getattr(value, "shape", None)
    size = " x ".join(map(str, shape)) if isinstance(shape, tuple) else ""
    return f"{type(value).__name__} {size}".rstrip()


def _used(names: Iterable[str], notebook: Notebook) -> dict[str, Any]:
    for name in names:
        if name not in notebook.variables:
            raise UsageError(f"the notebook has no variable {name!r} to take along{suggest(name, notebook.variables)}")
    return {name: notebook.variables[name] for name in names}


def _pack(code: BoundCode, notebook: Notebook, uses: Mapping[str, Any], other_texts: Sequence[str] = ()) -> Packed:
    try:
        return pack(code.code, notebook, uses, [*code.flags.values(), *other_texts])
    except Exception as error:  # noqa: BLE001 - whatever a type's own __reduce__ raises
        raise explain_unsendable(code.code, notebook, error, uses) from None


def _describe_extra_variables(sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Return notes about large variables that are packed because a text names them."""
    large = {name: size for name, size in sizes.items() if size >= LARGE_BUFFER}
    return tuple(
        f"the variable {name!r} ({size / 2**20:.0f} MiB) comes along, because a text of the code names it"
        for name, size in large.items()
    )


def _cells(packed: Packed, code: BoundCode, notebook: Notebook) -> tuple[NotebookProgram, Sequence[SourceFile]]:
    """Return the program and its captured cells as files: 01.py, 02.py, ... in the order of their execution."""
    found = {name: cell for name in packed.code_files if (cell := notebook.find_cell(name)) is not None}
    texts = {name: (cell.number, cell.source) for name, cell in found.items()}
    if isinstance(code.code, CellCode):
        texts[code.code.filename] = (code.cell_number or 0, code.code.source)
    ordered = sorted(texts, key=lambda name: texts[name][0])
    paths = {name: f"cells/{position:02d}.py" for position, name in enumerate(ordered, start=1)}
    files = tuple(SourceFile(path=path, content=texts[name][1].encode()) for name, path in paths.items())
    cells = {name: CellFile(path=path, number=texts[name][0]) for name, path in paths.items()}
    return NotebookProgram(cells=cells), files
