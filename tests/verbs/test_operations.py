import pytest

from guild_ipy.errors import OperationNotFound
from guild_ipy.verbs.looking.operations import format_details, get_operations, list_operations
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


class TestGuildFile:
    @pytest.fixture
    def lab(self, train):
        write("prepare.py", "rows = 10\n")
        write(
            "guild.yml",
            "serve:\n  description: |\n    Serve it.\n    For all.\n  exec: serve ${port}\n"
            "  requires: [operation: train]\n  flags:\n"
            "    port: {default: 80, type: int, min: 1, max: 9999, description: Where}\n"
            "    mode: {choices: [{value: fast, description: No checks}, slow]}\n  publish: {}\ntrain: other\n"
            "prepare.py: {main: prepare, flags-import: all}\n",
        )
        return train

    def test_its_operations_come_before_files_and_behind_functions(self, lab):
        found = [(info.name, info.kind) for info in list_operations(lab.context)]
        assert found == [("train", "function"), ("serve", "guildfile"), ("prepare.py", "guildfile")]

    def test_one_is_described_with_all_that_is_known(self, lab):
        (info,) = get_operations(lab.context, ["serve"])
        assert format_details([info]).splitlines() == [
            "serve (guildfile)",
            "  Serve it.",
            "  For all.",
            "  runs serve '${port}'",
            "  requires operation:train",
            "  guild.yml:10:3: an operation attribute 'publish' is not supported and has no effect",
            "  port  = 80  int, at least 1, at most 9999  Where",
            "  mode  = null  one of fast slow",
            "          fast: No checks",
        ]

    def test_functions_and_scripts_are_described_too(self, lab):
        texts = format_details(get_operations(lab.context, ["train", "prepare.py"])).split("\n\n")
        assert texts[0].splitlines()[0] == "train (function)"
        assert texts[1].splitlines() == ["prepare.py (guildfile)", "  runs prepare", "  rows  = 10  number"]

    def test_one_that_is_not_there_is_refused(self, lab):
        with pytest.raises(OperationNotFound, match=r"no operation 'sevre' here \(did you mean 'serve'"):
            get_operations(lab.context, ["sevre"])
