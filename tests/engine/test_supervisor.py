import os
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.meta import require_meta
from guild_ipy.engine.run_files.prepare import prepare_run
from guild_ipy.launching.launch import LaunchOptions, RunPlan, _request, ask_again
from guild_ipy.linux import process_start
from guild_ipy.operations.find_operation import find_operation
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.settings import Settings
from guild_ipy.store.state.lock import is_alive, read_lock
from tests.notebook_session import wait_until
from tests.output_lines import iter_output_lines

WAIT = """
import os, select, sys

def wait(code=0):
    print("loss: 0.5 (step 1)")
    while not os.path.exists("go"):
        select.select([], [], [], 0.01)
    print("loss: 0.25 (step 2)", file=sys.stderr)
    sys.exit(code)
"""


@pytest.fixture(params=["fork", "fresh"])
def isolation(request):
    return request.param


@pytest.fixture
def prepare(notebook):
    """Prepare a run of an operation of the notebook; the run and its lock."""
    notebook.cell(WAIT)

    def prepare(name="wait", **flags):
        around = notebook.context.search_context
        spec = find_operation(name, around).template((), flags, SpecOptions(), around).spec(SpecOptions())
        run_dir, alive = prepare_run(notebook.context.home, spec)
        return Run(run_dir), alive

    return prepare


@pytest.fixture
def start(notebook, prepare, isolation):
    """Start `wait`; the run and what its starter holds."""

    def start(**flags):
        run, alive = prepare(**flags)
        future = begin(notebook.context, run, alive, isolation)
        assert future.wait_started(20)
        wait_until(lambda: run.output)
        return run, future

    return start


def begin(context, run, alive, isolation):
    future = ask_again(context, run, require_meta(run.dir), alive, LaunchOptions(isolation=isolation))
    future.execute_program()
    return future


def let_go(run):
    with open(f"{run.path}/go", "w"):
        pass


def test_a_run_is_running_until_its_end_is_told(start):
    run, future = start()
    assert run.status is RunStatus.RUNNING
    assert not future.wait(0)
    let_go(run)
    assert future.wait(20)
    assert (future.ended, future.exit_status, run.status) == (True, 0, RunStatus.COMPLETED)


def test_all_is_written_and_the_lock_free_when_the_end_is_told(start):
    run, future = start(code=3)
    let_go(run)
    assert future.wait(20)
    assert is_alive(run.dir) is False
    assert run.attr_names().count("exit_status") == run.attr_names().count("stopped") == 1
    assert {"platform", "pip_freeze"} <= set(run.attr_names())
    assert [line.stream for line in iter_output_lines(run.dir)] == [0, 1]
    assert not {"LOCK", "PENDING", "STAGED"} & set(os.listdir(run.dir.guild))
    assert not os.path.exists(run.dir.reserve)
    assert run.exit_status == 3


def test_the_lock_names_the_processes_and_guild_finds_the_run(start):
    run, future = start()
    lock = read_lock(run.dir)
    with open(run.dir.lock) as file:
        assert int(file.read(10)) == lock.run.pid
    assert os.getpgid(lock.run.pid) == lock.run.pid
    assert lock.is_alive()
    assert lock.supervisor.is_alive()
    let_go(run)
    future.wait(20)


def test_scalars_can_be_seen_while_it_runs(start):
    run, future = start()
    wait_until(lambda: run.scalars == {"loss": 0.5})
    let_go(run)
    future.wait(20)
    assert run.scalar_summaries["loss"].last_step == 2


def test_a_starter_that_listens_no_more_changes_nothing(start):
    run, future = start()
    future.close()
    let_go(run)
    assert run.wait(20).status is RunStatus.COMPLETED


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGHUP])
def test_the_signal_that_kills_a_run_is_its_exit_status(start, number):
    run, future = start()
    os.kill(read_lock(run.dir).run.pid, number)
    assert future.wait(20)
    assert (run.exit_status, run.status) == (-number, RunStatus.TERMINATED)


@pytest.mark.parametrize(("code", "status"), [(0, RunStatus.COMPLETED), (3, RunStatus.ERROR)])
def test_a_run_goes_on_without_its_supervisor_and_its_word_counts(start, code, status):
    run, future = start(code=code)
    os.kill(read_lock(run.dir).supervisor.pid, signal.SIGKILL)
    assert future.wait(20)
    assert not future.ended
    assert run.status is RunStatus.RUNNING
    let_go(run)
    assert run.wait(20).status is status
    assert run.exit_status == code
    assert run.scalars == {"loss": 0.25}
    assert [line.stream for line in iter_output_lines(run.dir)] == [0, 1]


def test_a_run_that_dies_with_its_supervisor_is_terminated(start):
    run, future = start()
    lock = read_lock(run.dir)
    future.close()
    os.kill(lock.supervisor.pid, signal.SIGKILL)
    os.kill(lock.run.pid, signal.SIGKILL)
    assert run.wait(20).status is RunStatus.TERMINATED
    assert run.exit_status == -9
    assert run.scalars == {"loss": 0.5}


def test_a_run_whose_directory_is_removed_leaves_no_process(start):
    run, future = start()
    pid = read_lock(run.dir).run.pid
    wait_until(
        lambda: shutil.rmtree(run.path, ignore_errors=True) or not os.path.exists(run.path)
    )  # files appear in it
    os.kill(pid, signal.SIGTERM)
    assert future.wait(20)
    assert process_start(pid) is None


def test_what_keeps_a_run_from_starting_is_told(notebook, prepare, isolation):
    run, alive = prepare()
    os.mkdir(run.dir.reserve)
    future = begin(notebook.context, run, alive, isolation)
    assert future.wait(20)
    assert "Is a directory" in future.failure
    assert (run.record.damage, is_alive(run.dir)) == (None, False)
    assert run.status is RunStatus.ERROR


def test_an_interpreter_that_is_not_there_is_told(notebook, prepare):
    run, alive = prepare()
    plan = RunPlan(run_dir=run.dir, opref=run.record.opref, meta=require_meta(run.dir), env=os.environ)
    request = replace(_request(notebook.context, plan), python="/not/there/python")
    future = notebook.context.engine.start(request, alive, "fresh")
    future.execute_program()
    assert future.wait(20)
    assert "/not/there/python" in future.failure
    assert run.status is RunStatus.ERROR


def test_a_payload_that_cannot_be_opened_fails_the_run(notebook, prepare, isolation):
    run, alive = prepare()
    with open(run.dir.payload, "wb") as file:
        file.write(b"no pickle")
    future = begin(notebook.context, run, alive, isolation)
    assert future.wait(20)
    assert (run.exit_status, run.status) == (1, RunStatus.ERROR)
    assert "UnpicklingError" in run.output


def test_a_supervisor_without_a_request_starts_nothing(prepare):
    run, alive = prepare()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [sys.executable, "-m", "guild_ipy.engine.beside.supervisor", str(theirs.fileno()), str(alive)]
        process = subprocess.Popen(command, pass_fds=(theirs.fileno(), alive))
        theirs.close()
        os.close(alive)
    assert process.wait(20) == 0
    assert is_alive(run.dir) is False
    assert run.output == ""


def test_a_slow_answer_of_git_does_not_delay_a_stop(notebook, prepare, tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (folder / "git").chmod(0o755)
    os.mkdir(".git")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    context = Session(Settings(isolation="fresh"), home=notebook.context.home)  # its supervisor has our PATH
    run, alive = prepare()
    future = begin(context, run, alive, "fresh")
    assert future.wait_started(20)
    os.kill(wait_until(lambda: read_lock(run.dir)).supervisor.pid, signal.SIGTERM)
    assert future.wait(5)
    assert run.exit_status == -2
