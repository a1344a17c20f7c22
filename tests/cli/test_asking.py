"""Questions in a real terminal."""

import os
import pty
import subprocess
import sys

import pytest


def answer(shell, answers, *words):
    """Run the command in a terminal and type; its exit status and what the terminal showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "guild_ipy", *words]
    process = subprocess.Popen(command, cwd=shell.project, env=shell.env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, answers.encode())
    shown = b""
    while part := read(ours):
        shown += part
    os.close(ours)
    return process.wait(), shown.decode().replace("\r\n", "\n")


def read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the other side has closed
        return b""


@pytest.mark.parametrize("typed", ["\n", "y\n", "YES\n", "what?\n\n"])
def test_enter_or_yes_starts(shell, typed):
    status, shown = answer(shell, typed, "run", "train.py", "lr=0.5")
    assert status == 0
    assert "You are about to run train.py\n  epochs: 2\n  lr: 0.5\nContinue? (Y/n) " in shown
    assert "loss: 0.5\n" in shown


@pytest.mark.parametrize("typed", ["n\n", "no\n", "\x04"])
def test_no_makes_nothing_and_is_no_error(shell, typed):
    status, shown = answer(shell, typed, "run", "train.py")
    assert status == 0
    assert "loss" not in shown
    assert shell.printed("runs") == ""


def test_preview_asks_nothing(shell):
    status, shown = answer(shell, "", "run", "train.py", "--preview")
    assert (status, shown) == (0, "You are about to run train.py\n  epochs: 2\n  lr: 0.1\n")
    assert shell.printed("runs") == ""


def test_delete_names_the_runs_and_asks(shell):
    shell.run("run", "train.py", "-y", "--label", "mine")
    status, shown = answer(shell, "n\n", "delete", "1")
    assert status == 0
    assert "You are about to delete:\n  [1:" in shown
    assert "mine\nContinue? (Y/n) " in shown
    assert len(shell.printed("runs").splitlines()) == 1
    assert "Deleted 1 run: train.py " in answer(shell, "\n", "delete", "1")[1]
