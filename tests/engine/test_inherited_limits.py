"""A run has umask, limits, niceness and processors of the notebook as they are when it is started."""

import os
import resource
from pathlib import Path

import pytest

from tests.notebook_session import wait_until

TELL = """
import os, resource
def tell():
    mask = os.umask(0o777)
    os.umask(mask)
    print(mask, os.nice(0), sorted(os.sched_getaffinity(0)), resource.getrlimit(resource.RLIMIT_NOFILE)[0],
          resource.getrlimit(resource.RLIMIT_CORE)[0])
"""


@pytest.fixture(params=["fork", "fresh"])
def isolated(notebook, request):
    """A notebook whose fork server is older than what is set in it; it is as before when the test ends."""
    notebook.isolation = request.param
    notebook.cell(TELL)
    notebook.run("tell")
    mask, processors, limits = os.umask(0o22), os.sched_getaffinity(0), resource.getrlimit(resource.RLIMIT_NOFILE)
    core = resource.getrlimit(resource.RLIMIT_CORE)
    yield notebook
    os.umask(mask)
    os.sched_setaffinity(0, processors)
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    resource.setrlimit(resource.RLIMIT_CORE, core)


def told(run):
    return run.output.strip()


def test_what_is_set_in_the_notebook_reaches_its_runs(isolated):
    first = min(os.sched_getaffinity(0))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    os.umask(0o27)
    os.sched_setaffinity(0, [first])
    resource.setrlimit(resource.RLIMIT_NOFILE, (500, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    assert told(isolated.run("tell")) == f"{0o27} {os.nice(0)} [{first}] 500 0"


def test_niceness_reaches_runs(isolated):
    before = os.nice(0)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, before + 3)
        assert told(isolated.run("tell")).split()[1] == str(before + 3)
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, before)


@pytest.mark.parametrize("mask", [0o77, 0o2])
def test_all_files_of_a_run_have_the_modes_that_the_mask_leaves(isolated, mask):
    os.umask(mask)
    run = isolated.run("tell")
    modes = {path.name: path.stat().st_mode & 0o666 for path in Path(run.path).rglob("*") if path.is_file()}
    assert {name for name, mode in modes.items() if mode != 0o666 & ~mask} == set()


def test_a_limit_of_the_notebook_ends_the_run_and_not_its_supervisor(isolated):
    isolated.cell("def fill():\n    with open('f', 'wb') as f: f.write(bytes(200_000))")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    isolated.run("tell")
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
        run = isolated.run_in_background("fill")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    wait_until(lambda: run.exit_status is not None)
    assert run.exit_status == 1
    assert "File too large" in run.output
