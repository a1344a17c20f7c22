"""Between the moment when a process is asked for and the moment when it may go, the directory is filled."""

import contextlib
import os
import select
import shutil
import signal
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.run_files.job_files import job_meta
from guild_ipy.engine.run_files.prepare import fill_run_dir, make_run_dir
from guild_ipy.errors import StoreError
from guild_ipy.launching.launch import LaunchOptions, RunPlan, ask_for_process
from guild_ipy.linux import is_stopped
from guild_ipy.operations.find_operation import find_operation
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.store.state.lock import is_alive
from tests.notebook_session import wait_until


@pytest.fixture(params=["fork", "fresh"])
def isolation(request):
    return request.param


@pytest.fixture
def spec(notebook):
    notebook.cell("def hello():\n    print('hello')\n")
    around = notebook.context.search_context
    return find_operation("hello", around).template((), {}, SpecOptions(), around).spec(SpecOptions())


@pytest.fixture
def ask(notebook, spec, isolation):
    """Ask for a process for a run that has no files yet; its directory, and what its starter holds."""

    def ask():
        run_dir, alive = make_run_dir(notebook.context.home)
        plan = RunPlan(run_dir=run_dir, opref=spec.opref, meta=job_meta(spec), env=spec.env)
        return run_dir, ask_for_process(notebook.context, plan, alive, LaunchOptions(isolation=isolation))

    return ask


@pytest.fixture(params=["opened early", "opened late"])
def fill(request, notebook, spec):
    """Write the files of a run; its process may open its program as soon as that is there, or when all are."""

    def fill(run_dir, future):
        options = {"open_program": future.open_program} if request.param == "opened early" else {}
        fill_run_dir(notebook.context.home, run_dir, spec, job_meta(spec), **options)

    return fill


def test_a_run_goes_when_its_files_are_there(ask, fill):
    run_dir, future = ask()
    assert not future.wait(0.1)
    fill(run_dir, future)
    assert not future.wait(0.1)
    future.execute_program()
    assert future.wait(20)
    assert (Run(run_dir).output, Run(run_dir).status) == ("hello\n", RunStatus.COMPLETED)


def test_nothing_is_left_of_a_run_that_is_called_off(ask, notebook):
    run_dir, future = ask()
    future.cancel()
    assert not os.path.exists(run_dir.path)
    assert os.listdir(notebook.context.home.runs) == []


def test_nothing_is_left_of_a_run_whose_starter_dies_before_it_is_one(ask):
    run_dir, future = ask()
    future.close()
    wait_until(lambda: not os.path.exists(run_dir.path))


def test_a_run_whose_starter_dies_before_it_could_go_is_not_started(ask, fill):
    run_dir, future = ask()
    fill(run_dir, future)
    assert Run(run_dir).status is RunStatus.PENDING
    future.close()
    wait_until(lambda: not is_alive(run_dir))
    assert (Run(run_dir).status, Run(run_dir).output) == (RunStatus.TERMINATED, "")


def test_a_run_that_cannot_be_written_leaves_nothing(notebook, isolation, monkeypatch):
    notebook.cell("def hello():\n    print('hello')\n")
    notebook.isolation = isolation
    notebook.run("hello")

    def fail(*_, **__):
        raise StoreError("the disk is full")

    monkeypatch.setattr("guild_ipy.launching.new_run.fill_run_dir", fail)
    with pytest.raises(StoreError, match="the disk is full"):
        notebook.run("hello")
    assert len(os.listdir(notebook.context.home.runs)) == 1


def test_whoever_waits_for_several_runs_hears_of_each(ask, fill):
    begun = [ask() for _ in range(3)]
    for run_dir, future in begun:
        fill(run_dir, future)
        future.execute_program()
    waiting = [future for _, future in begun]
    while waiting:
        news, _, _ = select.select(waiting, [], [], 20)
        assert news
        waiting = [each for each in waiting if each not in news or not each.wait(0)]
    assert [str(Run(run_dir).status) for run_dir, _ in begun] == ["completed"] * 3
    with pytest.raises(ValueError, match="nothing more will be heard of run"):
        begun[0][1].fileno()


# -- a fork server that is killed with requests in its queue


@pytest.fixture
def frozen_server(notebook, no_process_left):
    """Stop the fork server and its standby, so that what is asked of them stays in the queue; a function that kills."""
    notebook.context.engine.get_ready("fork")
    server = notebook.context.engine._server._process.pid
    pids = [*stop_all([server]), *stop_all_children(server)]
    yield lambda: send_to_all(pids, signal.SIGKILL)
    send_to_all(pids, signal.SIGKILL)


def send_to_all(pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def stop_all(pids):
    send_to_all(pids, signal.SIGSTOP)
    wait_until(lambda: all(is_stopped(pid) or has_ended(pid) for pid in pids))
    return pids


def stop_all_children(pid):
    """Stop the children of a process that stands still; a listing may miss one while another one ends."""
    found = stop_all(children(pid))
    while (again := children(pid)) != found:
        found = stop_all(again)
    return found


def has_ended(pid):
    """Whether a process is gone, or waits for the server to take note, which stands still."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def children(pid):
    return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


@pytest.fixture
def ask_in_queue(notebook, spec):
    """Ask the fork server for a process; the run directory and what its starter holds."""

    def ask():
        run_dir, alive = make_run_dir(notebook.context.home)
        plan = RunPlan(run_dir=run_dir, opref=spec.opref, meta=job_meta(spec), env=spec.env)
        return run_dir, ask_for_process(notebook.context, plan, alive, LaunchOptions(isolation="fork"))

    return ask


@pytest.mark.parametrize("moment", ["asked", "filled", "let go"])
def test_runs_in_the_queue_of_a_killed_fork_server_start_all_the_same(ask_in_queue, fill, frozen_server, moment):
    asked = [ask_in_queue() for _ in range(3)]
    for run_dir, future in asked:
        if moment == "asked":
            frozen_server()
        fill(run_dir, future)
        if moment == "filled":
            frozen_server()
        future.execute_program()
    frozen_server()
    assert [future.wait(60) for _, future in asked] == [True] * 3
    assert [(Run(run_dir).status, Run(run_dir).output) for run_dir, _ in asked] == [
        (RunStatus.COMPLETED, "hello\n")
    ] * 3
    assert [(future.started, future.failure, future.exit_status) for _, future in asked] == [(True, "", 0)] * 3


def test_a_spare_that_outlives_its_fork_server_sees_its_run_to_the_end(notebook, spec, ask_in_queue, fill):
    notebook.context.engine.get_ready("fork")
    server = notebook.context.engine._server._process.pid
    wait_until(lambda: children(server))
    stop_all([server])
    run_dir, future = ask_in_queue()
    send_to_all([server], signal.SIGKILL)
    fill(run_dir, future)
    future.execute_program()
    assert future.wait(60)
    assert (future.ended, future.exit_status, Run(run_dir).status) == (True, 0, RunStatus.COMPLETED)


def test_a_run_in_the_queue_of_a_killed_fork_server_can_be_left_in_the_background(ask_in_queue, fill, frozen_server):
    run_dir, future = ask_in_queue()
    fill(run_dir, future)
    future.execute_program()
    frozen_server()
    assert future.wait_started(60)
    future.close()
    wait_until(lambda: Run(run_dir).status is RunStatus.COMPLETED)


def test_a_run_that_is_called_off_is_not_started_when_the_fork_server_is_killed(ask_in_queue, fill, frozen_server):
    run_dir, future = ask_in_queue()
    fill(run_dir, future)
    frozen_server()
    future.cancel()
    wait_until(lambda: not is_alive(run_dir))
    assert (future.channel, Run(run_dir).output) == (None, "")


def test_a_run_that_was_deleted_in_the_queue_is_not_made_anew(ask_in_queue, fill, frozen_server):
    run_dir, future = ask_in_queue()
    fill(run_dir, future)
    future.execute_program()
    shutil.rmtree(run_dir.path)
    frozen_server()
    assert future.wait(60)
    assert (future.failure, os.path.exists(run_dir.path)) == ("it was deleted before it was started", False)
