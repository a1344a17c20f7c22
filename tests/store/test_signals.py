import os

import pytest

from guild_ipy.store.state.signals import describe_signal, is_stop, note_kill


@pytest.fixture
def run_dir(home):
    run_dir = home.run_dir("0123456789abcdef" * 2)
    for folder in (run_dir.attrs, run_dir.tmp):
        os.makedirs(folder)
    return run_dir


@pytest.mark.parametrize(
    ("exit_status", "text"),
    [
        (-2, "terminated (SIGINT)"),
        (-15, "terminated (SIGTERM)"),
        (-16, "terminated"),
        (-11, "crashed (SIGSEGV)"),
        (-6, "crashed (SIGABRT)"),
        (-7, "crashed (SIGBUS)"),
        (-8, "crashed (SIGFPE)"),
        (-4, "crashed (SIGILL)"),
        (-9, "killed (SIGKILL, perhaps by the system because memory ran out)"),
        (-14, "terminated (SIGALRM)"),
        (-24, "terminated (SIGXCPU)"),
        (-40, "terminated (signal 40)"),
    ],
)
def test_a_signal_has_its_name_and_a_crash_is_one(run_dir, exit_status, text):
    assert describe_signal(run_dir, exit_status) == text
    assert is_stop(run_dir, exit_status) is (exit_status in {-2, -15, -16})


def test_a_stop_that_needed_a_kill_is_no_lack_of_memory(run_dir):
    note_kill(run_dir)
    assert describe_signal(run_dir, -9) == "terminated (SIGKILL)"
    assert is_stop(run_dir, -9)


def test_a_note_that_cannot_be_read_says_nothing(run_dir):
    with open(run_dir.attr("stop_signal"), "wb") as file:
        file.write(b"[")
    assert describe_signal(run_dir, -9).startswith("killed (SIGKILL")
