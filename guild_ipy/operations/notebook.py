"""The notebook that operations come from: its variables, its cells, its folder."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Cell:
    """An executed cell."""

    number: int
    """Its execution count."""
    source: str
    """Its text as Python compiled it: magics are function calls."""


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """A notebook, or a plain interpreter.

    `shell` is IPython's InteractiveShell, or None in a plain interpreter. Only plain attributes of it are used, so this
    module does not need IPython.
    """

    variables: dict[str, Any]
    shell: Any = field(default=None, repr=False)
    project_dir: str
    path: str = ""
    """The file of the notebook; empty if the front end does not tell it."""

    def find_cell(self, code_file: str) -> Cell | None:
        """Find the cell that Python knows as `code_file` (``co_filename`` of its code)."""
        numbers = getattr(getattr(self.shell, "compile", None), "_filename_map", {})
        if code_file not in numbers:
            return None
        return Cell(number=numbers[code_file], source="".join(linecache.getlines(code_file)))

    def find_assignment(self, name: str) -> int | None:
        """Find the execution count of the last cell that gave a value to the variable `name`."""
        history = self._history()
        for number in range(len(history) - 1, 0, -1):
            if _assigns(self.to_python(history[number]), name):
                return number
        return None

    def to_python(self, cell: str) -> str:
        """Turn a cell's text into Python: ``!ls`` and ``%magic`` become function calls."""
        return str(self.shell.transform_cell(cell)) if self.shell is not None else cell

    def _history(self) -> Sequence[str]:
        manager = getattr(self.shell, "history_manager", None)
        return getattr(manager, "input_hist_raw", None) or [""]


def _assigns(source: str, name: str) -> bool:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    return any(_binds(node, name) for node in _walk_outer_scope(tree))


def _walk_outer_scope(node: ast.AST) -> Iterator[ast.AST]:
    """Return the nodes below `node`, except those in functions, classes and comprehensions, which are other scopes."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _SCOPES):
            yield from _walk_outer_scope(child)


_SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name and isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name == name
    if isinstance(node, ast.alias):
        return (node.asname or node.name.partition(".")[0]) == name
    return False
