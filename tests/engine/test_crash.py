"""Runs that a signal ends: those that crash write where they were, and none is taken for a stop."""

import json
import os
import signal
from dataclasses import replace

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.session.session import Session
from guild_ipy.store.state.lock import read_lock
from guild_ipy.verbs.running.stop import stop
from guild_ipy.view.live import describe_end
from tests.notebook_session import wait_until

DIE = """
import ctypes, faulthandler, multiprocessing, os, signal, sys

def inner(number):
    if number == 11:
        ctypes.string_at(0)
    if number == 6:
        os.abort()
    os.kill(os.getpid(), number)

def die(number=11):
    print("last word")
    inner(number)

def die_quietly():
    faulthandler.disable()
    inner(11)

def write_elsewhere():
    with open("trace", "w") as file:
        faulthandler.enable(file)
        inner(11)

def die_in_child():
    child = multiprocessing.get_context("fork").Process(target=inner, args=(11,))
    child.start()
    child.join()
    print("child:", child.exitcode)
"""
CRASHES = [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL]


@pytest.fixture(params=["fork", "fresh"])
def isolated(notebook, request):
    notebook.isolation = request.param
    notebook.cell(DIE)
    return notebook


@pytest.mark.parametrize("number", CRASHES)
def test_a_crash_has_its_name_and_the_frames_of_the_run(isolated, number):
    run = isolated.fail("die", number=int(number)).run
    assert (run.status, run.exit_status, run.error) == (RunStatus.TERMINATED, -number, f"crashed ({number.name})")
    assert run.output.startswith("last word\nFatal Python error: ")
    assert 'File "<ipython-input-' in run.output
    assert " in inner\n" in run.output
    assert " in die\n" in run.output


def test_a_kill_is_no_crash_and_no_stop(isolated):
    run = isolated.fail("die", number=9).run
    assert run.error.startswith("killed (SIGKILL")
    assert run.output == "last word\n"


@pytest.mark.parametrize("body", ["import ctypes\n\nctypes.string_at(0)\n", "import os\n\nos.abort()\n"])
def test_a_script_writes_where_it_crashed(notebook, body):
    with open("train.py", "w") as file:
        file.write(body)
    run = notebook.fail("train.py").run
    assert run.error in {"crashed (SIGSEGV)", "crashed (SIGABRT)"}
    assert f'File "{run.dir.path}/train.py", line 3 in <module>' in run.output


def test_what_the_code_of_the_user_does_with_faulthandler_counts(isolated):
    assert isolated.fail("die_quietly").run.output == ""
    run = isolated.fail("write_elsewhere").run
    assert run.output == ""
    with open(f"{run.path}/trace") as file:
        assert " in inner\n" in file.read()


def test_the_crash_of_a_forked_process_is_seen_and_does_not_end_the_run(isolated):
    run = isolated.run("die_in_child")
    assert run.error is None
    assert run.output.endswith("child: -11\n")
    assert " in inner\n" in run.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_has_no_reason(start_waiting, number):
    run = start_waiting()
    os.kill(read_lock(run.dir).run.pid, number)
    run.wait(20)
    assert (run.status, run.exit_status, run.error) == (RunStatus.TERMINATED, -number, None)


def test_a_stop_that_needs_a_kill_has_no_reason(notebook, settings):
    notebook.context = Session(replace(settings, stop_grace=0.5), engine=notebook.context.engine)
    notebook.cell(
        "import signal, time\ndef hold():\n    for number in (2, 15):\n        signal.signal(number, signal.SIG_IGN)\n"
        "    print('held', flush=True)\n    time.sleep(60)"
    )
    run = notebook.run_in_background("hold")
    wait_until(lambda: run.output)
    stop(notebook.context, [run])
    run.wait(30)
    assert (run.exit_status, run.error) == (-9, None)
    assert describe_end(run.ending).startswith("hold() terminated in ")


def test_a_crash_is_found_by_its_name(extension):
    extension.cell(DIE)
    crashed = extension.fail("die").run
    extension.fail("die", number=9)
    assert guild_ipy.select("error contains SIGSEGV") == [crashed.id]
    assert [text[:6] for text in guild_ipy.runs().error] == ["killed", "crashe"]


def test_a_command_that_crashes_has_its_name(notebook):
    with open("guild.yml", "w") as file:
        file.write(json.dumps({"work": {"exec": "sh -c 'kill -SEGV $$'"}}))
    assert notebook.fail("work").run.error == "crashed (SIGSEGV)"
