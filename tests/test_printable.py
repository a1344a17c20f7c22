"""What others have named cannot steer a terminal, wherever it is shown."""

from __future__ import annotations

import re

import pytest
import yaml

from guild_ipy.cli import main
from guild_ipy.errors import FlagError, SelectError
from guild_ipy.printable import printable, printable_lines
from guild_ipy.session.session import set_session

HOSTILE = "x\x1b[31m\x1b]0;owned\x07\x9b31m\r\x08\u202e"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain für €", "plain für €"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x1b[2J\x9b31m\x7f", r"\x1b[2J\x9b31m\x7f"),
        ("\u202e\u2028\u200b", r"\u202e\u2028\u200b"),
        ("\udcff\udc9b", "\udcff\\udc9b"),
    ],
)
def test_control_characters_are_escaped(text, shown):
    assert printable(text) == shown


def test_text_of_several_lines_keeps_them():
    assert printable_lines("a\n\tb\r\n\x1b[0m") == "a\n\tb\\r\n\\x1b[0m"


def test_errors_are_one_line():
    error = FlagError(f"no flag {HOSTILE}\n", flag="x")
    select = SelectError("bad", text="a\x1b = \x1b[0m b", position=4)
    assert not re.search(r"[\n\x1b\x9b\u202e]", str(error))
    assert select.caret == "a\\x1b = \\x1b[0m b\n       ^"


@pytest.fixture
def hostile_home(tmp_path, monkeypatch):
    """A home with two runs of somebody who names everything as badly as can be."""
    for digit in "ab":
        guild = tmp_path / "runs" / (digit * 32) / ".guild"
        (guild / "attrs").mkdir(parents=True)
        (guild / "opref").write_text(f"script:/x '' '' '{HOSTILE}'\n")
        (guild.parent / f"file{HOSTILE}").touch()
        values = {
            "flags": {f"flag{HOSTILE}": HOSTILE + digit},
            "label": HOSTILE + digit,
            "tags": [HOSTILE],
            "comments": [{"body": HOSTILE, "user": HOSTILE, "host": HOSTILE, "time": 1}],
            "cmd": [HOSTILE],
            "vcs_commit": HOSTILE,
            "exit_status": 0,
            "started": 1,
            "stopped": 2,
            "mine": HOSTILE + digit,
        }
        for name, value in values.items():
            (guild / "attrs" / name).write_text(yaml.safe_dump(value))
    monkeypatch.setenv("GUILD_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    set_session(None)
    yield tmp_path
    set_session(None)


@pytest.mark.parametrize(
    "words",
    [
        ["runs"],
        ["runs", "--details"],
        ["runs", "--json"],
        ["info", "1"],
        ["info", "1", "--json"],
        ["ls", "1", "--all"],
        ["ls", "1", "--json"],
        ["compare"],
        ["compare", "--csv", "-"],
        ["compare", "--json"],
        ["diff", "1", "2"],
        ["diff", "1", "2", "--json"],
        ["lineage", "1"],
        ["lineage", "1", "--json"],
        ["select", "exit_status = 1", "--explain"],
        ["select", "1", "--attr", "mine"],
        ["label", "1", "--append", "x"],
        ["mark", "1"],
        ["delete", "1", "--yes"],
        ["runs", "--operation", f"^{HOSTILE}("],
        ["run", f"{HOSTILE}.py"],
        ["select", f"a = '{HOSTILE}' b"],
    ],
)
def test_no_verb_gives_a_terminal_what_others_have_named(hostile_home, words, capsys):
    main(words)
    done = capsys.readouterr()
    assert done.out or done.err
    assert not _CONTROL.search(done.out + done.err)
