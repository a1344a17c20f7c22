"""What cannot be a search is refused in one line, and nothing is made."""

import os
import shlex
from pathlib import Path

import pytest

from guild_ipy.cli import main
from guild_ipy.session.session import set_session
from tests.notebook_session import NotebookSession

GUILDFILE = """
limited:
  main: echo
  flags: {x: {default: 1, min: 0, max: 5}}
chosen:
  main: echo
  flags: {x: {default: 1, choices: [1, 2, 8]}, s: {default: a, choices: [a, b]}}
typed:
  main: echo
  flags: {x: {type: int, default: 1}, s: {type: string, default: a}, b: {type: boolean, default: no}}
needs:
  main: echo
  flags: {x: 1}
  requires: [{operation: limited}]
"""
FILES = {
    "echo.py": 'x = 1.0\ny = 2\nz = "a"\nb = True\nlayers = [8, 8]\n',
    "guild.yml": GUILDFILE,
    "space.csv": "x,z\nuniform[0:1],a\n",
    "spaces.json": '[{"x": 1}, {"x": "[0:1]"}]',
    "given.csv": "x\n1\n",
}


@pytest.fixture
def folder(notebook) -> NotebookSession:
    """A project, its verbs, and a search and a run that are staged."""
    for name, text in FILES.items():
        Path(name).write_text(text)
    set_session(notebook.context)
    assert main(shlex.split("run echo.py x=[0:1] --optimizer tpe -y --stage")) == 0
    assert main(shlex.split("run echo.py -y --stage")) == 0
    yield notebook
    set_session(None)


WRONG = [
    # spaces
    ("echo.py x=uniform[nan:1]", "flag 'x' of echo.py: uniform[nan:1]: an end is not a finite number"),
    ("echo.py x=uniform[0:inf]", "an end is not a finite number"),
    ("echo.py x=uniform[1:0]", "flag 'x' of echo.py: uniform[1:0] is empty: 1 is not below 0"),
    ("echo.py x=[1:1]", "flag 'x' of echo.py: uniform[1:1] is empty: 1 is not below 1"),
    ("echo.py x=loguniform[0:1]", "loguniform[0:1]: 0 has no logarithm; give a low end above 0"),
    ("echo.py x=loguniform[-1:1]", "-1 has no logarithm"),
    ("echo.py x=step[0:1:0]", "step[0:1:0]: the step 0 is not above 0"),
    ("echo.py x=step[0:1]", "step takes LOW:HIGH:STEP"),
    ("echo.py x=uniform[0:1:2]", "the value to try first, 2, is outside of it"),
    ("echo.py x=uniform[0]", "it takes LOW:HIGH or LOW:HIGH:FIRST"),
    ("echo.py x=uniform[a:b]", "'a' is not a number"),
    ("echo.py x=uniform[-1e308:1e308]", "the distance between its ends is too large"),
    (f"echo.py x=uniform[0:{'9' * 400}]", "whole numbers in it can have 15 digits"),
    ("echo.py x=choice[]", "choice[] has no values to choose from"),
    ("echo.py x=choice[,]", "choice takes values with commas between"),
    # flags that do not take them
    ("echo.py z=uniform[0:1]", "flag 'z' of echo.py wants a string, not 0 (int)"),
    ("echo.py z=step[0:4:1]", "flag 'z' of echo.py wants a string, not 0 (int)"),
    ("echo.py b=[0:1]", "flag 'b'"),
    ("echo.py layers=[1:5]", "flag 'layers' of echo.py wants a list, not 1 (int)"),
    ("echo.py y=choice[1,much]", "flag 'y' of echo.py wants a number, not 'much' (str)"),
    ("echo.py rate=[0:1]", "unknown flag 'rate' for echo.py; it takes x, y, z, b, layers"),
    ("echo.py x=[0:1] x=3", "flag 'x' is given twice"),
    ("limited x=[0:9]", "flag 'x' of limited is at most 5, not 9 (int)"),
    ("limited x=[2:4:6]", "the value to try first, 6, is outside of it"),
    ("limited x=step[0:9:3]", "flag 'x' of limited is at most 5, not 9 (int)"),
    ("chosen x=[1:8]", "flag 'x' of chosen is one of 1, 2, 8, not 3"),
    ("chosen x=uniform[1.0:8.0]", "flag 'x' of chosen is one of 1, 2, 8, not "),
    ("chosen s=choice[a,c]", "flag 's' of chosen is one of a, b, not 'c'"),
    ("typed x=uniform[0:1.5]", "flag 'x' of typed wants an int, not 1.5 (float)"),
    ("typed x=step[0:4:0.5]", "flag 'x' of typed wants an int, not 0.0 (float)"),
    ("typed x=choice[1,2.5]", "flag 'x' of typed wants an int, not 2.5 (float)"),
    ("typed s=uniform[0:1]", "flag 's' of typed wants a string, not 0 (int)"),
    ("typed b=[0:1]", "flag 'b'"),
    ("needs limited=uniform[0:1]", "limited"),
    ("needs limited=[1:2]", "limited"),
    # trials that are listed
    ("echo.py --trials space.csv", "flag 'x' of echo.py wants a number, not 'uniform[0:1]' (str)"),
    ("echo.py --trials spaces.json", "trial 2: flag 'x' of echo.py wants a number, not '[0:1]' (str)"),
    ("echo.py --trials given.csv x=[0:1]", "flag 'x' is given a space, and a value in each trial that is listed"),
    ("echo.py --trials given.csv y=[0:5] --optimizer tpe", "chooses each trial when those before have ended; leave"),
    # optimizers
    ("echo.py x=[0:1] --optimizer tpo", "optimizer 'tpo' is unknown; give one of random, tpe, gp, cmaes, qmc, grid"),
    ("echo.py x=[0:1] --optimizer forest", "optimizer 'forest' of Guild AI is not there; the nearest is tpe"),
    ("echo.py x=[0:1] --optimizer skopt:gbrt", "the nearest is tpe"),
    ("echo.py --optimizer tpe", "optimizer tpe has nothing to choose; give a flag a space: x=[0:1]"),
    ("echo.py x=1 --optimizer cmaes", "optimizer cmaes has nothing to choose"),
    ("echo.py x=[0.0:1.0] --optimizer grid", "has too many values for a grid; give step[LOW:HIGH:STEP] or a list"),
    ("echo.py x=step[0:1:1e-9] --optimizer grid", "has too many values for a grid"),
    ("echo.py y=[0:999] x=range[0:999] --optimizer grid", "ask for 1,000,000 trials, and at most 100,000 can be made"),
    ("echo.py x=[0:1] --max-trials 100001", "100,001 trials are asked for, and at most 100,000 can be made"),
    ("echo.py x=[0:1] --max-trials 1000000000 --optimizer tpe", "1,000,000,000 trials are asked for"),
    ("echo.py x=[0:1] --max-trials 0", "max trials 0 is not a number above 0"),
    ("echo.py x=[0:1] --optimizer tpe --stage-trials", "optimizer tpe chooses each trial"),
    ("echo.py x=[0:1] --optimizer tpe --print-trials", "leave --print-trials out"),
    ("echo.py x=[0:1] --optimizer qmc --save-trials a.csv", "leave --save-trials out"),
    ("echo.py x=[0:1] --use-prior", "earlier runs are knowledge for an optimizer that learns"),
    ("echo.py x=[0:1] --optimizer random --use-prior", "earlier runs are knowledge for an optimizer that learns"),
    # what is minimized
    ("echo.py x=[0:1] --optimizer tpe --minimize", "--minimize"),
    ("echo.py x=[0:1] --optimizer tpe --minimize 'loss loss'", "minimize: "),
    ("echo.py x=[0:1] --optimizer tpe --minimize 'loss step'", "minimize: "),
    ("echo.py x=[0:1] --optimizer tpe --maximize flag:x", "maximize: 'flag:x' is not a scalar; write for example"),
    ("echo.py x=[0:1] --optimizer tpe --maximize .duration", "maximize: "),
    ("echo.py x=[0:1] --optimizer tpe --prune medium", "pruner 'medium' is unknown; give one of median, halving"),
    ("echo.py x=[0:1] --optimizer tpe --minimize a --minimize b --prune median", "prune median needs one objective"),
    ("echo.py x=[0:1] --optimizer cmaes --minimize a --maximize b", "optimizer cmaes takes one objective"),
    ("echo.py x=1 --minimize loss", "--minimize goes with a batch"),
    ("echo.py x=1 --prune median", "--prune goes with a batch"),
    # starts and restarts
    ("--start 2 --optimizer tpe", "--optimizer goes with a new batch or --restart"),
    ("--restart 1 x=[0:1]", "x"),
    ("--restart 1 --optimizer tpe", "is not a batch"),
    ("--restart 2 x=uniform[1:0]", "flag 'x' of echo.py: uniform[1:0] is empty"),
    ("--restart 2 z=uniform[0:1]", "flag 'z' of echo.py wants a string, not 0 (int)"),
    ("--restart 2 rate=[0:1]", "unknown flag 'rate'"),
    ("--restart 2 --optimizer forest", "the nearest is tpe"),
    ("--restart 2 --optimizer grid", "has too many values for a grid"),
    ("--restart 2 --trials given.csv", "chooses each trial when those before have ended; leave --trials out"),
    ("--restart 2 --stage-trials", "chooses each trial when those before have ended; leave --stage-trials out"),
    ("--restart 2 --minimize a --maximize b --optimizer cmaes", "optimizer cmaes takes one objective"),
    ("--restart 2 --max-trials 100001", "100,001 trials are asked for"),
]


def listing(home) -> dict[str, list[str]]:
    """The files of a home."""
    return {
        folder: sorted((*folders, *files)) for folder, folders, files in os.walk(home.path) if "cache" not in folder
    }


@pytest.mark.parametrize(("line", "message"), WRONG, ids=lambda text: text[:60])
def test_what_cannot_be_a_search_is_one_line_and_nothing_is_made(folder, home, capsys, line, message):
    before = listing(home)
    capsys.readouterr()
    assert main(["run", *shlex.split(line), "-y"]) in {1, 2}
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert message in printed.err
    assert listing(home) == before
