"""Lineages, stale runs and marks with memory at a shell."""

import pytest

from tests.used_runs import used


@pytest.fixture
def runs(add):
    """`serve` used the older of two runs of `train`."""
    older = add("a1", flags={"lr": 0.1})
    serve = add("5e", "serve", used("train", "a1"))
    return [older, serve, add("b2", flags={"lr": 0.2})]


def test_lineage_is_a_tree(shell, runs):
    assert shell.printed("lineage", "a1") == (
        "a1000000  train()  completed\nused by:\n  5e000000  serve()  completed  [stale]  (train)\n"
    )
    assert shell.printed("lineage", "a1", "--up") == "a1000000  train()  completed\n"


def test_stale_runs_are_listed(shell, runs):
    (line,) = shell.printed("runs", "--stale").splitlines()
    assert line.startswith("[1:5e000000]  serve()")
    assert shell.printed("runs", "--stale", "-Fo", "train") == ""
    assert "\nstale: operation:train is a1000000, and b2000000 is the latest now\n" in shell.printed("info", "5e")


def test_marks_are_set_by_rule_and_taken_back(shell, runs):
    assert shell.printed("mark", "b2", "--reason", "new").startswith("Marked 1 run(s): train() b2000000; ")
    printed = shell.printed("mark", "--best", "lr", "-Fo", "train")
    assert printed == (
        "Marked 1 run(s): train() a1000000 by min lr, operations train; unmarked 1 other(s): train() b2000000; "
        "mark --undo takes it back\nDependencies on train use a1000000 from now on: it is the one marked last\n"
    )
    assert shell.printed("runs", "--stale") == ""
    assert shell.printed("mark", "--undo").startswith("Took back the last mark or unmark of 2 run(s): train() ")
    shell.printed("mark", "--undo")
    done = shell.run("mark", "--undo")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("guild-ipy: there is no mark to take back")
