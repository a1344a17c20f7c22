"""Questions in a real terminal."""

import os
import pty
import subprocess
import sys

import pytest


def answer(shell, answers, *words, **env):
    """Run the command in a terminal and type; its exit status and what the terminal showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "guild_ipy", *words]
    process = subprocess.Popen(
        command, cwd=shell.project, env={**shell.env, **env}, stdin=theirs, stdout=theirs, stderr=theirs
    )
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


def test_purge_names_the_runs_and_enter_alone_means_no(shell):
    shell.run("run", "train.py", "-y", "--label", "mine")
    shell.run("delete", "1", "-y")
    status, shown = answer(shell, "\n", "purge", "1")
    assert status == 0
    assert "You are about to remove these runs for good, with all their files; they cannot be restored:\n  [1:" in shown
    assert "mine\nContinue? (y/N) " in shown
    assert len(shell.printed("runs", "--deleted").splitlines()) == 1
    assert "Purged 1 run: train.py " in answer(shell, "y\n", "purge", "1")[1]
    assert shell.printed("runs", "--deleted") == ""


def write_editor(shell, text):
    """Make an editor, a shell script whose $1 is the file; the command that calls it."""
    path = shell.project / "my editor"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return f"'{path}'"


def test_an_editor_takes_the_text_of_a_comment(shell):
    shell.run("run", "train.py", "-y")
    editor = write_editor(shell, 'printf \'# head\\nfirst: %s\\n\' "$(tail -1 "$1")" >"$1.new"; mv "$1.new" "$1"')
    status, shown = answer(shell, "", "comment", EDITOR=editor)
    assert (status, shown.startswith("Added a comment to 1 run: train.py ")) == (0, True)
    assert "    # head\n    first: [1:" in shell.printed("comment", "--list")


def test_an_editor_begins_with_the_comment_that_is_edited(shell):
    shell.run("run", "train.py", "-y", "--comment", "old # text\n# more")
    editor = write_editor(shell, 'sed -i s/old/new/ "$1"')
    assert answer(shell, "", "comment", "1", "--edit", "1", VISUAL=editor, EDITOR="false")[0] == 0
    assert shell.printed("comment", "--list").endswith("    new # text\n    # more\n")


@pytest.mark.parametrize(
    ("editor", "message"),
    [
        ("true", "nothing was written, so nothing is changed"),
        ("false", "the editor 'false' ended with exit status 1, so nothing is changed"),
        ("rm", "nothing was written, so nothing is changed"),
        ("no-such-editor -x", "cannot start the editor 'no-such-editor -x'"),
        ("a 'b", 'cannot start the editor "a \'b"'),
    ],
)
def test_where_nothing_is_written_nothing_is_changed(shell, editor, message):
    shell.run("run", "train.py", "-y")
    status, shown = answer(shell, "", "comment", "1", VISUAL="", EDITOR=editor)
    assert (status, shown.count("\n")) == (2, 1)
    assert message in shown
    assert shell.printed("comment", "--list").endswith("  no comments\n")


def test_a_terminal_is_told_what_a_file_is_that_it_cannot_show(shell):
    shell.printed("run", "train.py", "-y")
    (shell.project / "train.py").write_text("open('model.pt', 'wb').write(b'PK\\x03\\x04\\x00' + b'\\x1b[2J')")
    shell.printed("run", "train.py", "-y")
    _, shown = answer(shell, "", "cat", "-p", "model.pt")
    assert shown == "model.pt: ZIP archive, 9 bytes; only a file or a pipe is given its bytes\n"
    assert answer(shell, "", "cat", "-p", "train.py")[1].startswith("open('model.pt'")
    assert shell.printed("cat", "-p", "model.pt") == "PK\x03\x04\0\x1b[2J"
