"""Trials that are printed or saved, and run by nobody."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def shell(shell):
    (shell.project / "echo.py").write_text("x = 1.0\ny = 2\nz = 'a'\nprint('loss:', x * y)\n")
    return shell


def test_trials_are_printed(shell):
    assert shell.printed("run", "echo.py", "x=[1.0,2.0]", "y=[2,3]", "--print-trials").splitlines() == [
        "x    y  z",
        "1.0  2  a",
        "1.0  3  a",
        "2.0  2  a",
        "2.0  3  a",
    ]
    assert shell.printed("runs") == ""


@pytest.mark.parametrize("name", ["trials.csv", "trials.JSON"])
def test_saved_trials_are_those_that_a_batch_over_the_file_has(name, shell):
    flags = ["x=[1.0,2.5,null]", "y=[2,3]", "z=['1','yes','a b']"]
    printed = shell.printed("run", "echo.py", *flags, "--print-trials")
    assert shell.printed("run", "echo.py", *flags, "--save-trials", name) == f"Saved 18 trials to {name}\n"
    again = shell.printed("run", "echo.py", "--trials", name, "--save-trials", f"again-{name}", "--print-trials")
    assert again == f"Saved 18 trials to again-{name}\n{printed}"
    assert (shell.project / f"again-{name}").read_text() == (shell.project / name).read_text()


def test_types_stay_in_json(shell):
    shell.printed("run", "echo.py", "x=[1.5]", "z=['1']", "--save-trials", "trials.json")
    assert json.loads((shell.project / "trials.json").read_text()) == [{"x": 1.5, "y": 2, "z": "1"}]


def test_a_file_that_cannot_be_written_is_said_in_a_line(shell):
    done = shell.run("run", "echo.py", "x=[1,2]", "--save-trials", "nowhere/trials.csv")
    assert done.returncode != 0
    assert done.stderr == "guild-ipy: cannot write 'nowhere/trials.csv': No such file or directory\n"


def test_a_preview_is_a_table_after_what_is_about_to_run(shell):
    assert shell.printed("run", "echo.py", "x=[1.0,2.0]", "--preview").splitlines() == [
        "You are about to run echo.py as a batch of 2 trials",
        "  x: [1.0, 2.0]",
        "  y: 2",
        "  z: a",
        "  varying: x (2 values)",
        "x    y  z",
        "1.0  2  a",
        "2.0  2  a",
    ]


def test_a_long_preview_is_cut_short(shell):
    assert shell.printed("run", "echo.py", "y=range[1:50]", "--preview").endswith(
        "and 30 more; --print-trials shows all\n"
    )


def test_the_preview_of_a_restart_says_what_becomes_of_each_trial(shell):
    shell.run("run", "echo.py", "x=[1.0,2.0]", "--yes")
    batch = shell.printed("select", "is_batch").strip()
    text = shell.printed("run", "--restart", batch, "x=[2.0,3.0]", "--needed", "--preview")
    assert "by the median of 2 earlier runs" in text
    assert [line.split()[0] for line in text.splitlines()[-4:]] == ["fate", "skipped", "new", "orphan"]
    printed = shell.printed("run", "--restart", batch, "x=[2.0,3.0]", "--print-trials")
    assert printed.splitlines() == ["x    y  z", "2.0  2  a", "3.0  2  a"]
    assert len(shell.printed("runs").splitlines()) == 3
