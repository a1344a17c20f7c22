"""``guild-ipy select`` and ``--where``, as whole processes."""

import re

import pytest

ALONE = "select: --explain goes with an expression, not with --min, --max or --frame"


@pytest.fixture
def three(shell):
    """Three runs of a script; their ids, oldest first."""
    for lr in ("0.5", "0.1", "1"):
        shell.printed("run", "train.py", "-y", f"lr={lr}")
    return shell.printed("select").split()[::-1]


def test_select_prints_ids_one_on_a_line_the_newest_first(shell, three):
    assert shell.printed("select", "lr >= 0.5").split() == [three[2], three[0]]
    assert shell.printed("select", "lr", ">=", "0.5", "-n", "1").split() == [three[2]]
    assert shell.printed("select", "lr > 5") == ""


def test_best_run_is_one_id(shell, three):
    assert shell.printed("select", "--min", "loss") == f"{three[1]}\n"
    assert shell.printed("select", "--max", "first loss", "lr < 1") == f"{three[0]}\n"
    assert shell.printed("select", "--max", "lr", "-n", "2").split() == [three[2], three[0]]


def test_table_and_explanation(shell, three):
    assert re.fullmatch(
        r"\[1:\w{8}\]  train.py  .*  completed  epochs=2 lr=0.1\n", shell.printed("select", "lr < .2", "--frame")
    )
    explained = shell.printed("select", "completed and lr < 0.3", "--explain").splitlines()
    assert explained == [
        f"{three[2][:8]}  dropped by lr < 0.3: it has 1",
        f"{three[1][:8]}  selected",
        f"{three[0][:8]}  dropped by lr < 0.3: it has 0.5",
    ]


def test_verbs_take_where(shell, three):
    assert shell.printed("runs", "-F", "lr = 1").startswith(f"[1:{three[2][:8]}]")
    assert f"id: {three[1]}" in shell.printed("info", "--where", "lr < 0.3")
    assert shell.printed("mark", "--where", "lr = 0.5").startswith("Marked 1 run(s): ")
    assert shell.printed("select", "marked") == f"{three[0]}\n"
    assert shell.printed("label", "--where", "marked", "--set", "a b").startswith("Labeled 1 run: ")
    assert shell.printed("select", "label", "=", "a b") == f"{three[0]}\n"
    assert shell.printed("delete", "--where", "not marked", "-y").startswith("Deleted 2 runs: ")
    assert shell.printed("select", "--deleted", "lr = 1") == f"{three[2]}\n"


@pytest.mark.parametrize(
    ("words", "error", "status"),
    [
        (["select", "lr <"], "expected a value after '<' (column 5)\nlr <\n    ^\n", 2),
        (
            ["runs", "--where", "los < 1"],
            "no run has the attribute, flag or scalar 'los' (did you mean 'loss'?) (column 1)\nlos < 1\n^\n",
            2,
        ),
        (
            ["select", "--min", "max los"],
            "no run has the scalar 'los' (did you mean 'loss'?) (column 5)\nmax los\n    ^\n",
            2,
        ),
        (["select", "--min", "label", "lr = 5"], "no run matches 'label': no run that passes has a number there\n", 1),
        (["select", "--min", "lr", "--max", "lr"], "select: --min and --max are two things; give one of them\n", 2),
        (["select", "lr = 1", "-F", "lr = 2"], "select: EXPR and --where are the same; give one of them\n", 2),
        (["select", "--explain"], "select: there is nothing to explain without an expression\n", 2),
        (["select", "x", "--explain", "--frame"], f"{ALONE}\n", 2),
    ],
)
def test_error_is_one_line_with_a_caret(shell, words, error, status):
    shell.printed("run", "train.py", "-y")
    done = shell.run(*words)
    assert (done.stderr, done.stdout, done.returncode) == (f"guild-ipy: {error}", "", status)


def test_runs_are_selected_by_id_and_index(shell, three):
    assert shell.printed("select", "1").split() == [three[2]]
    assert shell.printed("select", three[0][:6], "2").split() == [three[0], three[1]]
    assert shell.printed("select", "2:").split() == [three[1], three[0]]
    assert shell.printed("select", "1", "--where", "lr < 1").split() == [three[1]]
    assert shell.printed("select", "1", "2", "--max", "=lr").split() == [three[2]]
    assert shell.printed("select", "2", "3", "--min", ".started", "-s") == f"{three[0][:8]}\n"
    assert shell.run("select", "9").stderr == "guild-ipy: no run matches '9': there are 3 runs\n"


def test_attributes_and_paths_are_given_in_place_of_ids(shell, three):
    assert shell.printed("select", "lr < 1", "--attr", "label").splitlines() == ["epochs=2 lr=0.1", "epochs=2 lr=0.5"]
    assert shell.printed("select", "1", "--path").endswith(f"/runs/{three[2]}\n")
    assert shell.printed("select", "1", "--attr", "random_seed").strip().isdecimal()
    assert re.fullmatch(r"[-\d]{10} [:\d]{8}\n", shell.printed("select", "1", "--attr", "started"))
    assert "has no attribute 'lable' (did you mean 'label'?)" in shell.run("select", "1", "--attr", "lable").stderr


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["-Sc"], 3),
        (["-Sec"], 3),
        (["-Sxe"], None),
        (["--not-completed"], 0),
        (["--not-error", "--not-running"], 3),
        (["-Sce", "--not-completed"], 0),
        (["-Sc", "--not-completed"], None),
        (["--filter", "lr < 1"], 2),
    ],
)
def test_statuses_are_joined_and_turned_round(shell, three, options, count):
    done = shell.run("select", *options)
    assert (len(done.stdout.split()) if done.returncode == 0 else None) == count
    assert count is not None or "no status is left" in done.stderr or "behind -S stand letters" in done.stderr
