"""Each notebook of the manual runs from top to bottom; `nbval` compares its outputs with the saved ones."""

import re

import nbformat
import pytest

from tests.notebook_execution import execute, list_notebooks

_DRAWS = re.compile(r"\.guild\.(plot|parallel|history|slice|importance|pareto)\(")


@pytest.mark.parametrize("path", list_notebooks(), ids=lambda path: path.stem)
def test_notebook_runs_from_top_to_bottom(path, home):
    notebook = execute(path, home.path)
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("path", list_notebooks(), ids=lambda path: path.stem)
def test_each_picture_of_a_saved_notebook_is_in_it(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    drawing = [cell for cell in cells if _DRAWS.search(cell.source)]
    assert all(any("image/png" in output.get("data", ()) for output in cell.outputs) for cell in drawing)
