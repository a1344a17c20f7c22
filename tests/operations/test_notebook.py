import pytest

from guild_ipy.operations.notebook import Notebook


def test_the_cell_of_a_function_is_found_by_its_code(notebook):
    notebook.cell("x = 1")
    notebook.cell("def f():\n    return 1")
    cell = notebook.context.notebook.find_cell(notebook.shell.user_ns["f"].__code__.co_filename)
    assert cell is not None
    assert cell.number == 2
    assert cell.source == "def f():\n    return 1\n"


def test_code_of_no_cell_is_not_found(notebook):
    assert notebook.context.notebook.find_cell(__file__) is None


@pytest.mark.parametrize(
    "cell",
    [
        "x = 1",
        "x, y = 1, 2",
        "for x in range(2): pass",
        "with open('/dev/null') as x: x.close()",
        "import os as x",
        "from os import path as x",
        "def x(): pass",
        "async def x(): pass",
        "class x: pass",
        "if True:\n    x = 1",
        "x: int = 1",
        "x = !echo hi",
        "(x := 1)",
    ],
)
def test_the_cell_that_gave_a_variable_its_value_is_found(notebook, cell):
    notebook.cell("x = 0")
    notebook.cell(cell)
    notebook.cell("print(x)")
    assert notebook.context.notebook.find_assignment("x") == 2


def test_a_variable_of_a_function_is_another_one(notebook):
    notebook.cell("x = 1")
    notebook.cell("def f():\n    x = 2\n    return x\nclass C:\n    x = 3\ny = [x for x in 'ab']\ng = lambda x: x")
    assert notebook.context.notebook.find_assignment("x") == 1


def test_a_variable_that_no_cell_made_has_no_cell(notebook):
    notebook.cell("y = 1")
    assert notebook.context.notebook.find_assignment("x") is None


def test_a_plain_interpreter_has_no_cells():
    plain = Notebook(variables={}, project_dir="/")
    assert plain.find_cell("<stdin>") is None
    assert plain.find_assignment("x") is None
    assert plain.to_python("x = 1") == "x = 1"
