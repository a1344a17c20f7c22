"""The line that says why a run failed, where only its exit status and its output are left."""

import os

import pytest

from guild_ipy.store.state.error_line import LONGEST_LINE, find_error

TRACEBACK = "Traceback (most recent call last):\n  File 'a.py', line 1, in <module>\n    fail()\n    ~~~~^^\n"


@pytest.fixture
def find(home):
    """Find the reason of a run with this output."""
    run_dir = home.run_dir("0123456789abcdef" * 2)
    os.makedirs(run_dir.attrs)

    def find(output, exit_status=1, kept=None):
        with open(run_dir.output, "wb") as file:
            file.write(output.encode() if isinstance(output, str) else output)
        return find_error(run_dir, exit_status, kept)

    return find


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (f"begin\n{TRACEBACK}ValueError: bad\n", "ValueError: bad"),
        (f"{TRACEBACK}KeyError: 1\n\nDuring handling:\n\n{TRACEBACK}torch.Err: no\n  more\n\n", "torch.Err: no"),
        (f"{TRACEBACK}ValueError: bad\nsaved to /tmp/x\n", "ValueError: bad"),
        (f"{TRACEBACK}AssertionError", "AssertionError"),
        ("usage: a.py [-h]\na.py: error: unrecognized arguments: --x\n", "a.py: error: unrecognized arguments: --x"),
        ("sh: 1: trian: not found\n\n", "sh: 1: trian: not found"),
        ("cp: cannot stat 'x': No such file or directory\r\n", "cp: cannot stat 'x': No such file or directory"),
        (" 10%\r 20%\r\x1b[31mERROR\x1b[0m: out of range", "ERROR: out of range"),
        (b"fatal: \xff\n", "fatal: \N{REPLACEMENT CHARACTER}"),
        ("x" * 100_000 + "\nRuntimeError: late\n", "RuntimeError: late"),
    ],
)
def test_the_last_line_of_a_traceback_or_one_that_reads_like_an_error_is_the_reason(find, output, line):
    assert find(output) == line


@pytest.mark.parametrize(
    "output",
    ["", "\n\n", "epoch 3\n", "test error: 0.125\n", "error=3.1e-4", "failed: 3 %", "an error was\nsaved\n", "terrors"],
)
def test_other_output_is_no_reason(find, output):
    assert find(output) is None


def test_what_the_run_has_kept_counts_more_than_its_output(find):
    assert find(f"{TRACEBACK}ValueError: bad\n", kept="no data") == "no data"


@pytest.mark.parametrize("exit_status", [None, 0, -2, -15, -16])
def test_a_run_that_did_not_fail_or_was_stopped_has_no_reason(find, exit_status):
    assert find("ValueError: bad\n", exit_status, "ValueError: bad") is None


@pytest.mark.parametrize(("exit_status", "line"), [(-11, "crashed (SIGSEGV)"), (-14, "terminated (SIGALRM)")])
def test_a_signal_has_its_name(find, exit_status, line):
    assert find("error\n", exit_status) == line


def test_a_long_line_is_cut(find):
    line = find("error: " + "x" * 5000)
    assert line.startswith("error: xx")
    assert line.endswith("x…")
    assert len(line) == LONGEST_LINE


def test_a_run_without_output_has_no_reason(home):
    assert find_error(home.run_dir("a" * 32), 1, None) is None
