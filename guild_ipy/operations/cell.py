"""A cell as an operation: constants assigned at its top are its flags, but for those that it changes later."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from guild_ipy.domain.constants import find_constants
from guild_ipy.domain.flags import FlagDef, Flags
from guild_ipy.domain.payload import CellCode
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.constant_flags import define_constants
from guild_ipy.operations.flags import bind_flags
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.state_names import find_state_names


@dataclass(frozen=True, kw_only=True)
class CellOperation:
    """The text of a cell, as the user wrote it."""

    text: str
    name: str = "cell"
    number: int | None = None
    """Its execution count."""


@dataclass(frozen=True, kw_only=True)
class BoundCell:
    """A cell with its flags and the notebook variables that it reads."""

    code: CellCode
    flags: Flags
    flag_defs: tuple[FlagDef, ...]


def bind_cell(cell: CellOperation, given: Mapping[str, Any], notebook: Notebook) -> BoundCell:
    """Find a cell's flags and variables.

    Raises
    ------
    UsageError
        If the cell is no Python.
    FlagError
        For a flag that the cell does not assign at its top.
    """
    source = notebook.to_python(cell.text)
    filename = f"<guild cell {hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()[:12]}>"
    try:
        tree = ast.parse(source, filename)
    except SyntaxError as error:
        raise UsageError(f"the cell is no Python: {error.msg} (line {error.lineno})") from error
    constants, state = find_constants(_top(tree)), find_state_names(tree)
    _refuse_state(given, {name: line for name, line in state.items() if name in constants}, cell.name)
    defs = define_constants({name: value for name, value in constants.items() if name not in state})
    flags = bind_flags(defs, given, operation=f"{cell.name}()")
    code = CellCode(source=source, filename=filename, variables=_variables(tree, notebook.variables))
    return BoundCell(code=code, flags=flags, flag_defs=defs)


def _refuse_state(given: Mapping[str, Any], state: Mapping[str, int], name: str) -> None:
    """Say of a name that is no flag why it is none."""
    for word in given:
        if word in state:
            raise FlagError(
                f"{word!r} is not a flag of {name}(): line {state[word]} of the cell changes it; give the value that "
                "it begins with a name of its own",
                flag=word,
            )


def _top(tree: ast.Module) -> ast.Module:
    """Give the assignments and imports that the cell begins with."""
    kinds = ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom
    return ast.Module(body=list(takewhile(lambda s: isinstance(s, kinds), tree.body)), type_ignores=[])


def _variables(tree: ast.AST, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Give the notebook variables that the cell names anywhere."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {name: namespace[name] for name in sorted(names) if name in namespace}
