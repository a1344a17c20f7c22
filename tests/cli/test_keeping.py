"""``restore``, ``purge``, ``tag`` and ``comment`` at a shell."""

import json
import os
import shutil

import pytest


@pytest.fixture
def run(shell):
    """What `runs --json` says of a run."""
    shell.printed("run", "train.py", "-y", "epochs=1", "--label", "mine")
    (found,) = json.loads(shell.printed("runs", "--json"))
    return found


def test_delete_says_how_a_run_comes_back_and_it_does(shell, run):
    said = shell.printed("delete", run["id"], "-y").splitlines()
    assert said[1] == f"Get it back with `guild-ipy restore {run['id'][:8]}`"
    assert shell.printed("runs") == ""
    assert shell.printed(*said[1].split("`")[1].split()[1:]) == f"Restored 1 run: train.py {run['id'][:8]}\n"
    assert json.loads(shell.printed("runs", "--json")) == [run]


def test_what_cannot_be_restored_is_an_error_after_what_could(shell, run):
    shell.printed("run", "train.py", "-y", "epochs=2")
    shell.printed("delete", "1:", "-y")
    home = shell.env["GUILD_HOME"]
    shutil.copytree(f"{home}/trash/runs/{run['id']}", f"{home}/runs/{run['id']}")
    done = shell.run("restore", "1:")
    assert (done.returncode, done.stdout.startswith("Restored 1 run: train.py ")) == (1, True)
    assert done.stderr == (
        f"guild-ipy: 1 run could not be restored: train.py {run['id'][:8]}: "
        f"run '{run['id']}' is among the live runs; delete that one first\n"
    )
    assert len(os.listdir(f"{home}/trash/runs")) == 1


def test_purge_asks_unless_it_is_told_not_to(shell, run):
    shell.printed("delete", "1", "-y")
    done = shell.run("purge", "1")
    assert (done.returncode, done.stderr) == (2, "guild-ipy: cannot ask, standard input is no terminal; add --yes\n")
    assert shell.printed("purge", "1", "--yes") == f"Purged 1 run: train.py {run['id'][:8]}; it cannot be restored\n"
    assert shell.printed("runs", "--deleted") == ""
    assert shell.printed("purge", "--operation", "train.py", "-y") == "Purged 0 runs: no deleted run was selected\n"


def test_deleted_runs_are_looked_at(shell, run):
    shell.printed("delete", "1", "-y")
    for words in (["info", "1", "-d", "--json"], ["info", run["id"][:6], "--deleted", "--json"]):
        assert json.loads(shell.printed(*words))["id"] == run["id"]
    assert shell.printed("ls", "1", "--deleted") == "train.py\n"
    assert shell.printed("cat", "1", "-d") == "loss: 0.1\n"
    assert shell.printed("select", "label = mine", "--deleted") == f"{run['id']}\n"
    done = shell.run("cat", run["id"][:8])
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"it is deleted; restore {run['id'][:8]} brings it back" in done.stderr


def test_tags_are_changed_and_listed(shell, run):
    shell.printed("tag", "-a", "b", "--add", "a c", "1", "--sync-labels")
    assert shell.printed("tag", "--list-all") == "a c\nb\n"
    (found,) = json.loads(shell.printed("runs", "--json", "--tag", "b"))
    assert (found["tags"], found["label"]) == (["a c", "b"], "b a c mine")
    shell.printed("tag", "-d", "b", "-rm", "a c", "-s", run["id"])
    (found,) = json.loads(shell.printed("runs", "--json"))
    assert (found["tags"], found["label"]) == ([], "mine")


def test_comments_are_changed_and_listed(shell, run):
    shell.printed("comment", "1", "--comment", "first\nline", "--user", "ada@lab")
    shell.printed("comment", "--add", "second")
    shell.printed("comment", "1", "-e", "2", "-a", "new")
    shell.printed("comment", "-Fc", "new", "--delete", "1")
    (comment,) = json.loads(shell.printed("info", "--json"))["comments"]
    assert comment["body"] == "new"
    assert shell.printed("comment", "--list", "--filter-comment", "new").endswith("    new\n")
    assert "comments:\n  1 " in shell.printed("info")


@pytest.mark.parametrize(
    "verb", [("restore", "1"), ("purge", "1", "-y"), ("tag", "1", "-a", "x"), ("comment", "1", "-l")]
)
def test_a_home_that_is_not_there_is_one_line(shell, verb):
    done = shell.run(*verb)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert not os.path.exists(shell.env["GUILD_HOME"]) or os.listdir(shell.env["GUILD_HOME"]) == ["runs"]
