from guild_ipy.api.operations import list_operations
from tests.notebook_files import write_notebook


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def test_functions_and_scripts_are_listed_with_their_flags(train):
    train.cell("async def later(n: int):\n    '''Do it later.'''")
    write("script.py", "lr = 0.1\n")
    found = list_operations(train.context)
    assert [(info.name, info.kind) for info in found] == [
        ("later", "function"),
        ("train", "function"),
        ("script.py", "script"),
    ]
    assert [[flag.name for flag in info.flags] for info in found] == [["n"], ["lr", "steps"], ["lr"]]
    assert found[0].description == "Do it later."


def test_notebooks_of_the_folder_are_listed_with_their_heading(notebook):
    write_notebook("learn.ipynb", "lr = 0.1")
    (info,) = list_operations(notebook.context)
    assert (info.name, info.kind, info.description) == ("learn.ipynb", "notebook", "How it learns")
    assert [flag.name for flag in info.flags] == ["lr"]


def test_what_cannot_be_read_is_passed_over(train):
    write("broken.py", "def f(:\n")
    write("binary.py", "\0")
    write("broken.ipynb", "{")
    assert [info.name for info in list_operations(train.context)] == ["train"]


def test_an_empty_notebook_has_none(notebook):
    assert list_operations(notebook.context) == []
