"""``started`` and ``time`` are those of the user's code; what came before it is told apart."""

import json
import os
import time
from datetime import timedelta

import pytest

from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.session.run_handle import format_duration
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.verbs.looking.info import get_info
from tests.notebook_files import write_notebook

SLOW = "import time\ntime.sleep(0.5)\n"
NOW = "import time\n\ndef now():\n    return time.time_ns() // 1000\n"
PRINT = "import time; print(time.time_ns() // 1000)"
CLOSE = 50_000


def is_close(run, moment):
    """Whether the run began less than 50 ms before its code noted the time."""
    return 0 <= moment - run.record.started < CLOSE


@pytest.mark.parametrize("isolation", ["fork", "fresh", "inline"])
def test_a_function_begins_when_its_code_does(notebook, isolation):
    notebook.isolation = isolation
    with open("slow.py", "w") as file:
        file.write(SLOW)
    notebook.cell("import slow\n" + NOW.replace("return", "slow; return"))
    run = notebook.run("now")
    assert is_close(run, run.result)
    assert run.duration < timedelta(seconds=0.3)
    if isolation != "inline":  # there the module is loaded already
        assert run.preparation > timedelta(seconds=0.5)
        assert get_info(run).lines["prepared"] == f"in {format_duration(run.preparation)}"


def test_a_quick_start_is_not_told(notebook):
    notebook.cell(NOW)
    notebook.run("now")
    run = notebook.run("now")
    assert (run.preparation, run.get("requested")) == (None, None)
    assert "prepared" not in get_info(run).lines


@pytest.mark.parametrize("name", ["train.py", "a.ipynb", "work"])
def test_what_starts_an_interpreter_or_a_kernel_begins_after_that(notebook, name):
    notebook.isolation = "fresh"
    with open("train.py", "w") as file:
        file.write(PRINT)
    write_notebook("a.ipynb", PRINT)
    with open("guild.yml", "w") as file:
        file.write(json.dumps({"work": {"exec": "date +%s%6N"}}))
    run = notebook.run(name)
    assert is_close(run, int(run.output))
    assert run.get("requested") < run.record.started
    if name == "a.ipynb":
        assert run.preparation > timedelta(seconds=0.3)


def test_imports_of_a_script_are_its_own_time(notebook):
    for name, text in {"slow.py": SLOW, "train.py": "import slow\n"}.items():
        with open(name, "w") as file:
            file.write(text)
    assert notebook.run("train.py").duration > timedelta(seconds=0.5)


def test_a_program_that_a_script_becomes_does_not_begin_anew(notebook):
    with open("train.py", "w") as file:
        file.write(
            "import os, sys, time\nif 'AGAIN' not in os.environ:\n    os.environ['AGAIN'] = '1'\n    time.sleep(0.5)\n"
            "    os.execv(sys.executable, [sys.executable, *sys.argv])\n"
        )
    assert notebook.run("train.py").duration > timedelta(seconds=0.5)


def test_a_restart_begins_anew(notebook):
    notebook.isolation = "fresh"
    notebook.cell(NOW)
    run = notebook.run("now")
    before = run.get("requested")
    asked = time.time_ns() // 1000
    restart(notebook.context, run, Change(), LaunchOptions(isolation="fresh"), SilentViewer())
    assert before < asked <= run.get("requested") < run.record.started
    assert is_close(run, run.result)


def test_a_time_that_cannot_be_read_is_none(notebook):
    notebook.isolation = "fresh"
    notebook.cell(NOW)
    run = notebook.run("now")
    os.unlink(run.dir.attr("requested"))
    with open(run.dir.attr("requested"), "w") as file:
        file.write("[")
    assert run.preparation is None
