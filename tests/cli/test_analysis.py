import pytest


@pytest.fixture
def trained(shell):
    """Two runs of a script, with lr=0.5 and then lr=0.25."""
    for rate in ("0.5", "0.25"):
        shell.run("run", "train.py", f"lr={rate}", "--yes")
    return shell


def test_compare_prints_a_table(trained):
    heading, *rows = trained.printed("compare").splitlines()

    assert heading.split() == ["run", "operation", "started", "time", "status", "label", "epochs", "lr", "step", "loss"]
    assert [row.split()[-3:] for row in rows] == [["0.25", "0", "0.125"], ["0.5", "0", "0.25"]]


def test_compare_takes_runs_and_columns(trained):
    assert [row.split()[1:] for row in trained.printed("compare", "2", "-c", "=lr, loss as end").splitlines()] == [
        ["lr", "end"],
        ["0.5", "0.25"],
    ]


def test_compare_of_no_runs_prints_nothing(shell):
    assert shell.printed("compare") == ""
    assert shell.printed("compare", "--csv", "-") == ""


def test_compare_writes_csv(trained):
    assert [line.partition(",")[2] for line in trained.printed("compare", "--csv", "-", "-c", "=lr").splitlines()] == [
        "lr",
        "0.25",
        "0.5",
    ]
    done = trained.run("compare", "--csv", "table.csv")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Wrote 2 run(s) to table.csv\n")
    assert len((trained.project / "table.csv").read_text().splitlines()) == 3


def test_a_csv_file_that_cannot_be_written_is_an_error(trained):
    done = trained.run("compare", "--csv", "missing/table.csv")

    assert (done.returncode, done.stderr) == (
        1,
        "guild-ipy: cannot write 'missing/table.csv': No such file or directory\n",
    )


def test_diff_prints_what_differs(trained):
    (trained.project / "train.py").write_text("lr = 1\nprint('loss: 1')\n")
    trained.run("run", "train.py", "--yes")

    lines = trained.printed("diff", "2", "1", "--flags", "--source").splitlines()

    assert lines[2:6] == ["flags:", "  epochs: 2 → —", "  lr: 0.25 → 1", "source:"]
    assert "  +print('loss: 1')" in lines


def test_diff_needs_two_runs(trained):
    done = trained.run("diff", "1")

    assert done.returncode == 2
    assert done.stderr.startswith("guild-ipy: diff takes two runs, not 1")


def test_a_port_is_a_number(shell):
    done = shell.run("tensorboard", "--port", "70000")

    assert (
        done.stderr
        == "guild-ipy: tensorboard: --port: '70000' is not a port (0 to 65535); see the options with --help\n"
    )
