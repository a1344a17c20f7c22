"""What a run says below an error about a file of the project that it has not got."""

import os
import sqlite3
from pathlib import Path

import pytest

from tests.notebook_files import write_notebook

READERS = """
import os, pathlib, sqlite3, subprocess
import guild_ipy
import numpy as np
import pandas as pd

NAME = "data/x.csv"

class reading:
    pandas = lambda: pd.read_csv(NAME)
    numpy = lambda: np.loadtxt("data/x.csv")
    hdf = lambda: pd.read_hdf("data/x.csv")
    opened = lambda: open("data/x.csv")
    bytes = lambda: os.open(b"data/x.csv", os.O_RDONLY)
    path = lambda: pathlib.Path("data/x.csv").read_text()
    resolved = lambda: pathlib.Path("data/x.csv").resolve().read_text()
    listed = lambda: os.listdir("data")
    called = lambda: subprocess.run(["./data/x.csv"])
    moved = lambda: os.rename("data/x.csv", "y.csv")
    own = lambda: raise_(ValueError("cannot open data/x.csv"))
    group = lambda: raise_(ExceptionGroup("all", [FileNotFoundError(2, "No such file", "data/x.csv")]))
    exits = lambda: raise_(SystemExit("no such file: 'data/x.csv'"))

def raise_(error):
    raise error

def chained():
    try:
        open("data/x.csv")
    except OSError as error:
        raise RuntimeError("no data") from error

def below():
    os.makedirs("data")
    os.chdir("data")
    open("x.csv")
"""
KINDS = "pandas numpy hdf opened bytes path resolved called moved own group exits listed".split()


@pytest.fixture
def project(notebook):
    """A notebook beside files."""
    Path("data").mkdir()
    Path("data/x.csv").write_text("a\n1\n")
    Path("results").mkdir()
    notebook.cell(READERS)
    return notebook


def last_line(notebook, operation, *args, **flags):
    return notebook.fail(operation, *args, **flags).run.output.splitlines()[-1]


@pytest.mark.parametrize("kind", [*(f"reading.{kind}" for kind in KINDS), "chained", "below"])
def test_however_a_file_is_missed_the_last_line_says_how_to_get_it(project, kind):
    name = "data" if kind == "reading.listed" else "data/x.csv"
    folder = os.path.dirname(os.path.abspath(name))
    assert last_line(project, eval(kind, project.shell.user_ns)) == (
        f"A run works in a directory of its own, and {name!r} is in {folder!r}: bring it along with --file data "
        f"(_files='data' in Python, requires='file:data' of a function), or open its absolute path or "
        f"guild_ipy.project_dir() / {name!r}"
    )


@pytest.mark.parametrize("path", ["my.db", "file:my.db?mode=ro"])
def test_a_database_is_named_although_sqlite_does_not(project, path):
    with sqlite3.connect("my.db") as database:
        database.execute("create table t (a)")
    database.close()
    project.cell(f"""
        def ask():
            x = "data/x.csv"
            return sqlite3.connect({path!r}, uri=True).execute("select * from t").fetchall()
    """)
    assert "'my.db' is in" in last_line(project, "ask")


@pytest.mark.parametrize(
    "code",
    [
        "open('nowhere.csv')",
        "open('/nowhere/data/x.csv')",
        "os.chdir('/'); open('data/x.csv')",
        "{}['data']",
        "raise ValueError('data/x.csv has no rows')",
        "import data.x",
        "os.makedirs('data'); open('data/x.csv', 'w').close(); open('data/x.csv/y')",
    ],
)
def test_other_errors_end_as_ever(project, code):
    project.cell(f"def fail():\n    {code}")
    assert "directory of its own" not in project.fail("fail").run.output


def test_a_folder_to_write_to_is_missed_too(project):
    project.cell("def write():\n    open('results/out.txt', 'w')")
    assert last_line(project, "write") == (
        "A run works in a directory of its own, which has no folder 'results': make it with os.makedirs('results', "
        "exist_ok=True), or bring that of the project along with --file results"
    )


@pytest.mark.usefixtures("extension")
def test_a_traceback_ends_at_the_line_of_the_user(project):
    project.cell("def read():\n    return open('data/x.csv')")
    lines = project.fail("read").run.output.splitlines()
    assert [line.strip() for line in lines if line.startswith("  ")][1:] == ["return open('data/x.csv')", "^" * 18]


def test_a_script_is_told_of_what_lies_beside_it(notebook):
    os.mkdir("sub")
    Path("sub/local.txt").write_text("1")
    Path("sub/big.bin").write_bytes(b"\0")
    Path("sub/read.py").write_text("import sys\nname = 'local.txt'\nopen(name)\n")
    line = last_line(notebook, "sub/read.py")
    assert line.endswith(f"in which 'local.txt' of '{os.getcwd()}/sub' is 'sub/local.txt': open that")
    assert "--file sub/big.bin (_files='sub/big.bin' in Python) and open 'sub/big.bin', or" in last_line(
        notebook, "sub/read.py", name="big.bin"
    )


def test_an_argument_that_names_a_file_of_the_project_is_explained(notebook):
    Path("x.bin").write_bytes(b"\0")
    Path("read.py").write_text(
        "import argparse\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--data', type=argparse.FileType(), default='none')\n"
        "parser.parse_args()\n"
    )
    assert "'x.bin' is in" in last_line(notebook, "read.py", data="x.bin")


def test_a_notebook_file_is_told_below_its_error(notebook):
    for folder in ("notebooks", "data"):
        os.mkdir(folder)
    Path("data/x.txt").write_text("2")
    write_notebook("notebooks/a.ipynb", "print(open('../data/x.txt').read())")
    lines = notebook.fail("notebooks/a.ipynb").run.output.splitlines()
    told = [number for number, line in enumerate(lines) if "directory of its own" in line]
    assert [lines[number - 1] for number in told] == [
        "FileNotFoundError: [Errno 2] No such file or directory: '../data/x.txt'"
    ]
    assert "with --file data (_files='data' in Python) and open 'data/x.txt', or" in lines[told[0]]
    assert not any("interactiveshell" in line for line in lines)
