"""Whatever a run does to itself, its status is true and nothing of it stays alive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunError
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session
from guild_ipy.verbs.running.stop import stop
from tests.faults.hostile import DEAF, RUNS
from tests.notebook_session import wait_until


@pytest.fixture(params=["fork", "fresh"])
def isolated(notebook, request):
    notebook.isolation = request.param
    return notebook


@pytest.fixture(scope="module")
def counted(report):
    """Names of what was survived; each is counted when its test has come to its end."""
    names = []
    yield names
    report("hostile runs", survived=len(names), kinds=len(set(names)))


def true_status(exit_status):
    if exit_status == 0:
        return RunStatus.COMPLETED
    return RunStatus.TERMINATED if exit_status < 0 else RunStatus.ERROR


def check(run, hostile):
    """Compare what a run says of itself with what is true."""
    assert (run.exit_status, run.status) == (hostile.exit_status, true_status(hostile.exit_status))
    assert run.started <= run.stopped
    assert hostile.prints is None or hostile.prints == run.output


def see_end(session):
    try:
        return session.run("hostile")
    except RunError as error:
        return error.run


@pytest.mark.parametrize("name", RUNS)
def test_a_hostile_run_has_a_true_status_and_leaves_no_process(isolated, name, counted):
    isolated.cell(RUNS[name].cell)
    run = see_end(isolated)
    check(run, RUNS[name])
    assert [run] == list_runs(isolated.context)
    counted.append(name)


@pytest.mark.parametrize("name", DEAF)
def test_a_deaf_run_can_be_stopped_and_leaves_no_process(isolated, name, counted):
    context = isolated.context
    settings = replace(context.settings, stop_grace=DEAF[name].patience)
    isolated.context = Session(settings, home=context.home, engine=context.engine)
    isolated.cell(DEAF[name].cell)
    run = isolated.run_in_background("hostile")
    wait_until(lambda: run.output == "ready\n")
    stop(isolated.context, [run])
    check(run, DEAF[name])
    counted.append(name)
