"""Each notebook of the manual runs from top to bottom; `nbval` compares its outputs with the saved ones."""

import pytest

from tests.notebook_execution import execute, list_notebooks


@pytest.mark.parametrize("path", list_notebooks(), ids=lambda path: path.stem)
def test_notebook_runs_from_top_to_bottom(path, home):
    notebook = execute(path, home.path)
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
