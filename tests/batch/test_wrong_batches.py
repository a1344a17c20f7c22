"""What cannot be a batch is refused in one line, and nothing is made."""

import os
import shlex
from pathlib import Path

import pytest

from guild_ipy.cli import main
from guild_ipy.session.session import set_session
from tests.notebook_session import NotebookSession

SCRIPT = """
x = 1.0
y = 2
z = "a"
layers = [8, 8]
"""
PARSER = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--kind", choices=["adam", "sgd"], default="adam")
parser.add_argument("--n", type=int, required=True)
parser.parse_args()
"""
GUILDFILE = """
empty:
  main: echo
  flags: {x: {default: []}}
limited:
  main: echo
  flags: {x: {default: 1, min: 0, max: 5}}
needs:
  main: echo
  flags: {x: 1}
  requires: [{operation: limited}]
default:
  main: echo
  flags: {x: [1, 2]}
"""
FILES = {
    "echo.py": SCRIPT,
    "parser.py": PARSER,
    "guild.yml": GUILDFILE,
    "unknown.csv": "x,rate\n1,2\n",
    "twice.csv": "x,x\n1,2\n",
    "empty.csv": "",
    "header.csv": "x,y\n",
    "unnamed.csv": ",x\n0,1\n",
    "cells.csv": "x,y\n1,2,3\n",
    "quote.csv": 'x\n"1\n',
    "list.csv": "x\n[1;2]\n",
    "lists.csv": 'x,y\n"[1, 2]",3\n',
    "type.csv": "y\n2\nmuch\n",
    "good.csv": "x\n1\n2\n",
    "bad.json": "[{",
    "map.json": '{"x": 1}',
    "numbers.json": "[1, 2]",
    "empty.json": "[]",
    "null.json": "null",
    "keys.yml": "- {1: 2}",
    "bad.yml": "a: [",
    "text.yml": "hello",
    "trials.txt": "x\n1\n",
    "trials": "x\n1\n",
}


@pytest.fixture
def folder(notebook) -> NotebookSession:
    """A project, its verbs, and a batch and a run that are staged."""
    for name, text in FILES.items():
        Path(name).write_text(text)
    Path("binary.csv").write_bytes(bytes(range(256)))
    os.mkdir("folder.csv")
    set_session(notebook.context)
    assert main(shlex.split("run echo.py x=[1,2] -y --stage")) == 0
    assert main(shlex.split("run echo.py -y --stage")) == 0
    yield notebook
    set_session(None)


WRONG = [
    # values of a flag
    ("echo.py x=[]", "flag 'x' of echo.py is given an empty list, which makes no trial; give it values"),
    ("echo.py 'y=[1, much]'", "flag 'y' of echo.py wants a number, not 'much' (str)"),
    ("echo.py y=[1,[2,3]]", "flag 'y' of echo.py is given a list, which asks for several trials"),
    ("echo.py z=[]*3", "flag 'z' of echo.py is given an empty list"),
    ("echo.py y=[1,2]*0", "flag 'y' of echo.py is given an empty list"),
    ("echo.py y=[1]*999999999", "flag 'y' of echo.py is given 100,001 values; at most 100,000 trials can be made"),
    ("echo.py y=[1,,2]", "flag 'y' of echo.py wants a number, not '[1,,2]' (str)"),
    ("echo.py y=[1,2", "flag 'y' of echo.py wants a number, not '[1,2' (str)"),
    ("echo.py rate=[1,2]", "unknown flag 'rate' for echo.py; it takes x, y, z, layers"),
    ("echo.py x=[1,2] x=3", "flag 'x' is given twice"),
    ("parser.py kind=[adam,foo] n=1", "flag 'kind' of parser.py is one of adam, sgd, not 'foo'"),
    ("parser.py kind=[adam,sgd]", "parser.py needs the flag 'n'; give n=..."),
    ("parser.py n=[1,2.5]", "flag 'n' of parser.py wants an int, not 2.5 (float)"),
    ("limited x=range[1:9]", "flag 'x' of limited is at most 5, not 6 (int)"),
    ("empty", "flag 'x' of empty has an empty list as default, which makes no trial; give x=..."),
    # functions
    ("echo.py x=range[]", "range[] for flag 'x' of echo.py cannot be read: it takes START:END or START:END:STEP"),
    ("echo.py x=range[1]", "it takes START:END or START:END:STEP"),
    ("echo.py x=range[1:2:3:4]", "it takes START:END or START:END:STEP"),
    ("echo.py x=linspace[1]", "it takes START:END or START:END:N"),
    ("echo.py x=logspace[1:2:3:4:5]", "it takes START:END, START:END:N or START:END:N:BASE"),
    ("echo.py x=range[a:b]", "range[a:b] for flag 'x' of echo.py cannot be read: 'a' is not a number"),
    ("echo.py x=range[:3]", "'' is not a number"),
    ("echo.py x=range[1:3:]", "'' is not a number"),
    ("echo.py x=range[1:5:0]", "the step is 0"),
    ("echo.py x=range[3:1]", "steps of 1 do not lead from 3 to 1"),
    ("echo.py x=range[1:3:-1]", "steps of -1 do not lead from 1 to 3"),
    ("echo.py x=range[nan:3]", "'nan' is not a finite number"),
    ("echo.py x=range[0:inf]", "'inf' is not a finite number"),
    ("echo.py x=range[0:1e9]", "it has 1,000,000,001 values; at most 100,000 trials can be made"),
    ("echo.py x=range[0:1e999999]", "at most 100,000 trials can be made"),
    ("echo.py x=range[0:1:1e-999999]", "at most 100,000 trials can be made"),
    ("echo.py x=linspace[0:1:0]", "the number of values is 0, not a whole number above 0"),
    ("echo.py x=linspace[0:1:2.5]", "the number of values is 2.5, not a whole number above 0"),
    ("echo.py x=linspace[0:1:-1]", "the number of values is -1, not a whole number above 0"),
    ("echo.py x=linspace[0:1:1e9]", "it has 1,000,000,000 values"),
    ("echo.py x=logspace[0:1:3:0]", "the base 0 is not above 0"),
    ("echo.py x=logspace[0:1:3:-2]", "the base -2 is not above 0"),
    ("echo.py x=logspace[0:999:3]", "a value is too large for a float"),
    # trials
    ("echo.py --trials", "--trials: it needs a value"),
    ("echo.py --trials missing.csv", "cannot read trials from 'missing.csv': no such file or directory"),
    ("echo.py --trials folder.csv", "cannot read trials from 'folder.csv': "),
    ("echo.py --trials binary.csv", "cannot read trials from 'binary.csv': it is not text in UTF-8"),
    ("echo.py --trials trials.txt", "cannot read trials from 'trials.txt'; give a file of CSV, JSON or YAML: .csv"),
    ("echo.py --trials trials", "cannot read trials from 'trials'; give a file of CSV, JSON or YAML: .csv"),
    ("echo.py --trials empty.csv", "'empty.csv' holds no trials; give a row for each"),
    ("echo.py --trials header.csv", "'header.csv' holds no trials; give a row for each"),
    ("echo.py --trials unnamed.csv", "column 1 has no name; the index of a frame is left out with index=False"),
    ("echo.py --trials twice.csv", "two columns are called 'x'"),
    ("echo.py --trials cells.csv", "line 2 has more cells than there are columns"),
    ("echo.py --trials quote.csv", "cannot read trials from 'quote.csv': unexpected end of data"),
    ("echo.py --trials unknown.csv", "unknown flag 'rate' for echo.py; it takes x, y, z, layers"),
    ("echo.py --trials lists.csv", "flag 'x' of echo.py is given a list"),
    ("echo.py --trials type.csv", "trial 2: flag 'y' of echo.py wants a number, not 'much' (str)"),
    ("echo.py --trials good.csv x=[1,2]", "flag 'x' is given a list, and a value in each trial that is listed"),
    ("echo.py --trials bad.json", "cannot read trials from 'bad.json': "),
    ("echo.py --trials map.json", "'map.json' holds one dict in place of a list of maps of flags"),
    ("echo.py --trials numbers.json", "trial 1 of 'numbers.json' is 1, not a map of flags"),
    ("echo.py --trials empty.json", "'empty.json' holds no trials"),
    ("echo.py --trials null.json", "'null.json' holds nothing in place of a list of maps of flags"),
    ("echo.py --trials keys.yml", "trial 1 of 'keys.yml' has 1 in place of the name of a flag"),
    ("echo.py --trials bad.yml", "cannot read trials from 'bad.yml': "),
    ("echo.py --trials text.yml", "'text.yml' holds one str in place of a list of maps of flags"),
    # numbers and options
    ("echo.py x=range[1:1000] y=range[1:1000] z=[a,b]*500", "ask for 1,000,000,000 trials, and at most 100,000"),
    ("echo.py x=range[1:1000] y=range[1:1000] --max-trials 100001", "ask for 1,000,000 trials"),
    ("echo.py x=[1,2] --max-trials 0", "max trials 0 is not a number above 0"),
    ("echo.py x=[1,2] --max-trials -1", "--max-trials: '-1' is not a whole number"),
    ("echo.py x=[1,2] --max-trials x", "--max-trials"),
    ("echo.py x=[1,2] --jobs 0", "jobs 0 is not a number above 0"),
    ("echo.py x=[1,2] --jobs many", "--jobs"),
    ("echo.py x=[1,2] --failed", "--failed goes with --restart"),
    ("echo.py x=1 --failed", "--failed goes with --restart"),
    ("echo.py x=1 --jobs 2", "--jobs goes with a batch"),
    ("echo.py x=1 --fail-on-trial-error", "--fail-on-trial-error goes with a batch"),
    ("echo.py x=[1,2] --isolation inline", "a batch runs beside the notebook, and isolation inline within it"),
    ("echo.py x=[1,2] --isolation vm", "--isolation: 'vm' is not known"),
    ("echo.py x=[1,2] --run-id 12", "'12' is no id"),
    ("echo.py x=[1,2] --random-seed -1", "--random-seed: '-1' is not a whole number"),
    ("echo.py x=[1,2] --output-scalar '('", "output scalar pattern '(' is no regular expression"),
    ("echo.py x=[1,2] --stop-after 0", "stop after 0"),
    ("echo.py x=[1,2] --stop-after 5 --stage", "--stop-after is given when a staged run is started"),
    ("echo.py x=[1,2] --file missing.txt", "missing.txt"),
    ("echo.py x=[1,2] --reselect", "--reselect goes with --restart"),
    ("missing.py x=[1,2]", "missing.py"),
    ("needs x=[1,2]", "no suitable run for limited"),
    ("needs limited=[1,12345678]", "limited"),
    ("needs limited=[]", "is given an empty list"),
    # starts and restarts
    ("--start 1 --trials good.csv", "--trials goes with a new batch or --restart"),
    ("--start 1 x=[1,2]", "--start takes no flags"),
    ("--start 1 --jobs 2", "--jobs goes with a new batch or --restart"),
    ("--start 1 --max-trials 2", "--max-trials goes with a new batch or --restart"),
    ("--start 2 --trials good.csv", "--trials goes with a new batch or --restart"),
    ("--restart 1 x=[1,2]", "given a list, which asks for several trials, where one value is wanted"),
    ("--restart 1 --trials good.csv", "is not a batch"),
    ("--restart 1 --max-trials 2", "is not a batch"),
    ("--restart 1 --failed", "is not a batch"),
    ("--restart 1 --jobs 2", "is not a batch"),
    ("--restart 1 --stage-trials", "is not a batch"),
    ("--restart 2 rate=[1,2]", "unknown flag 'rate'"),
    ("--restart 2 y=[]", "flag 'y' of echo.py is given an empty list"),
    ("--restart 2 y=much", "flag 'y' of echo.py wants a number"),
    ("--restart 2 --trials unknown.csv", "unknown flag 'rate'"),
    ("--restart 2 --trials missing.csv", "cannot read trials from 'missing.csv'"),
    ("--restart 2 --needed --failed", "--needed and --failed"),
    ("--restart 2 --reselect", "a batch keeps what its trials depend on"),
    ("--restart 2 --force-deps", "a batch keeps what its trials depend on"),
    ("--restart 2 y=range[1:1000] x=range[1:1000]", "ask for 1,000,000 trials"),
    ("--restart 2 --isolation inline", "isolation inline"),
]


def listing(home) -> dict[str, list[str]]:
    """The files of a home."""
    return {
        folder: sorted((*folders, *files)) for folder, folders, files in os.walk(home.path) if "cache" not in folder
    }


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_what_cannot_be_a_batch_is_one_line_and_nothing_is_made(folder, home, capsys, line, message):
    before = listing(home)
    capsys.readouterr()
    assert main(["run", *shlex.split(line), "-y"]) in {1, 2}
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert message in printed.err
    assert listing(home) == before
