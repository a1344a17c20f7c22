"""Notebook files for tests: written in a line, and read back."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def write_notebook(path: str, *cells: str, tags: Sequence[str] = (), **metadata: Any) -> None:
    """Write a notebook of these code cells under a heading; `tags` are of the first one."""
    notebook = new_notebook(metadata=metadata)
    notebook.cells = [new_markdown_cell("# How it learns\n\nWith words."), *(new_code_cell(dedent(c)) for c in cells)]
    notebook.cells[1].metadata.tags = list(tags)
    nbformat.write(notebook, path)


def read_code(path: str) -> list[Any]:
    """Give the code cells of a notebook that must be valid."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def read_outputs(path: str) -> list[str]:
    """Give what each code cell printed, or that it raised or was not executed."""
    return [_describe(cell) for cell in read_code(path)]


def _describe(cell: Any) -> str:
    if cell.execution_count is None:
        return "not executed"
    return "".join(output.get("text", output.get("ename", "")) for output in cell.outputs)
