"""The operation of a cell: constants assigned at its top are its flags, except those that it changes later."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.payload import CellCode
from guild_ipy.domain.source_text.constants import find_constants, find_other_values
from guild_ipy.domain.source_text.notebook_cells import find_magic_body, parse_cell
from guild_ipy.domain.values.flags import FlagDef
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.flag_values.flag_binding import bind_flags
from guild_ipy.operations.functions.state_names import find_state_names
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.operation import Template, refuse_positional
from guild_ipy.operations.packing.notebook_code import BoundCode, make_template
from guild_ipy.operations.packing.texts.free_names import find_free_names
from guild_ipy.operations.scripts.constant_flags import define_constants, refuse_other_values
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.operations.spec_options import SpecOptions


@dataclass(frozen=True, kw_only=True)
class CellOperation:
    """The text of a cell, as the user wrote it."""

    text: str
    name: str = "cell"
    number: int | None = None
    """Its execution count."""
    kind: str = "cell"
    flags: tuple[FlagDef, ...] = ()
    """Empty: they are found when the cell is read with the notebook's variables."""
    requires: tuple[Dependency, ...] = ()
    description: str = ""
    details: tuple[str, ...] = ()
    folder: str = ""

    def check(self, flags: Mapping[str, Any]) -> None:
        """Accept all: a cell is not a step of a pipeline, and its flags are checked when they are bound."""

    def template(
        self, args: Sequence[Any], flags: Mapping[str, Any], options: SpecOptions, context: SearchContext
    ) -> Template:
        """See :class:`~guild_ipy.operations.operation.Operation`."""
        refuse_positional(args, self, "a cell")
        notebook = context.notebook

        def bind(given: Mapping[str, Any]) -> BoundCode:
            return bind_cell(self, given, notebook)

        return make_template(bind(flags), bind, options, context)


def bind_cell(cell: CellOperation, given: Mapping[str, Any], notebook: Notebook) -> BoundCode:
    """Find a cell's flags, and the notebook variables that it reads.

    Raises
    ------
    UsageError
        If the cell is not Python.
    FlagError
        For a flag that the cell does not assign at its top.
    """
    source = notebook.to_python(cell.text)
    filename = f"<guild cell {hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()[:12]}>"
    tree = _parse(source, filename)
    shown = _open_magic(tree, notebook, filename)
    constants, state = find_constants(_top(shown)), find_state_names(shown)
    _refuse_state(given, {name: line for name, line in state.items() if name in constants}, cell.name)
    refuse_other_values(given, find_other_values(shown), f"{cell.name}()")
    defs = define_constants({name: value for name, value in constants.items() if name not in state})
    flags = bind_flags(defs, given, operation=f"{cell.name}()")
    names = find_free_names(tree) & notebook.variables.keys()
    variables = {name: notebook.variables[name] for name in sorted(names)}
    code = CellCode(source=source, filename=filename, variables=variables)
    return BoundCode(name=cell.name, code=code, flags=flags, given=given, flag_defs=defs, cell_number=cell.number)


def _parse(source: str, filename: str, lines_above: int = 0) -> ast.Module:
    try:
        return ast.parse(source, filename)
    except SyntaxError as error:
        line = (error.lineno or 0) + lines_above
        raise UsageError(f"the cell is no Python: {error.msg} (line {line})") from error


def _open_magic(tree: ast.Module, notebook: Notebook, filename: str) -> ast.Module:
    """Return the code below a magic such as ``%%time``, which runs it; the cell itself if there is no such magic."""
    body = find_magic_body(tree)
    if body is None:
        return tree
    _parse(notebook.to_python(str(body.value)), filename, lines_above=1)
    return parse_cell(str(body.value)) or tree


def _refuse_state(given: Mapping[str, Any], state: Mapping[str, int], name: str) -> None:
    """Refuse flags that the cell changes later; FlagError says where."""
    for word in given:
        if word in state:
            raise FlagError(
                f"{word!r} is not a flag of {name}(): line {state[word]} of the cell changes it; give its first "
                "value another name",
                flag=word,
            )


def _top(tree: ast.Module) -> ast.Module:
    """Return the assignments and imports that the cell begins with."""
    return ast.Module(body=list(takewhile(_belongs_to_top, tree.body)), type_ignores=[])


def _belongs_to_top(statement: ast.stmt) -> bool:
    """Whether a statement is an assignment, an import, or a line such as ``%matplotlib inline`` between these."""
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom | ast.Pass):
        return True
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and getattr(call.func, "attr", "") in {"run_line_magic", "system"}
