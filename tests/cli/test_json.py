"""``--json`` of the verbs that look: names and types stay what docs/json.md says they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

_PAGE = (Path(__file__).parents[2] / "docs/json.md").read_text("utf-8")
LISTED = set(
    "id run_dir opref operation status exit_status error started stopped label tags marked comments flags"
    " damage notebook project batch".split()
)
INFO = LISTED | set(
    "initialized requested pid cmd mark stale dependencies scalars sourcecode_digest vcs_commit host user"
    " random_seed".split()
)


@pytest.fixture
def three(shell):
    """Three runs of a script, the newest with a learning rate of 1; their ids, oldest first."""
    for lr in ("0.5", "0.1", "1"):
        shell.printed("run", "train.py", "-y", f"lr={lr}", "--comment", f"rate {lr}")
    return shell.printed("select").split()[::-1]


def test_runs_and_info_have_the_documented_names(shell, three):
    listed = json.loads(shell.printed("runs", "--json"))
    assert [each["id"] for each in listed] == three[::-1]
    assert set(listed[0]) == LISTED
    info = json.loads(shell.printed("info", "1", "--json", "--output"))
    assert set(info) == INFO | {"output"}
    assert (info["flags"]["lr"], info["comments"][0]["body"], info["label"]) == (1, "rate 1", "epochs=2 lr=1")
    assert all(f"`{name}`" in _PAGE for name in info)


def test_other_verbs_give_lists_and_maps(shell, three):
    def read(*words: str):
        return json.loads(shell.printed(*words, "--json"))

    assert "train.py" in read("ls", "1")
    assert read("compare", "1", "2")[0]["lr"] == 1
    assert read("diff", "1", "2")["differences"]["flags"] == [{"name": "lr", "from": "1", "to": "0.1"}]
    assert read("lineage", "1")["runs"][0]["relation"] == "self"
    assert read("home")["exists"]
    assert {each["name"] for each in read("operations")} >= {"train.py"}
    assert read("select", "1") == three[2:]
    assert read("select", "lr < 1", "--attr", "flags")[0]["lr"] == 0.1
    assert [each["selected"] for each in read("select", "lr < 1", "--explain")] == [False, True, True]


def test_json_is_ascii_and_has_no_nan(shell):
    (shell.project / "train.py").write_text("print('loss:', float('nan'))\n")
    shell.printed("run", "train.py", "-y", "--label", "für \x1b[31m")
    text = shell.printed("info", "--json")
    assert text.isascii()
    assert not re.search(r"[\x00-\x09\x0b-\x1f]|NaN", text)
    assert json.loads(text)["scalars"]["loss"]["value"] == "nan"
    assert json.loads(text)["label"] == "für \x1b[31m"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["runs", "--json", "-s"], "--simplified and --json are two things"),
        (["select", "--json", "--frame"], "--json and --frame are two things"),
        (["compare", "--json", "--csv", "-"], "does not go with"),
        (["select", "--attr", "label", "--path"], "--attr and --path are two things"),
    ],
)
def test_one_form_is_asked_for(shell, words, said):
    done = shell.run(*words)
    assert done.returncode == 2
    assert said in done.stderr
