"""A full disk: a clear error, no half runs, true statuses, and all is well once there is room."""

from __future__ import annotations

import errno
import os
from collections import Counter
from dataclasses import replace

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunError, StoreError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.guild_home import Home, create_home
from guild_ipy.store.state.lock import read_lock
from tests.faults.disks import open_disk

FILL = """
import os, select

def fill(lines=20_000):
    print("ready")
    while not os.path.exists(GO):
        select.select([], [], [], 0.01)
    for number in range(lines):
        print(f"line {number}:", "x" * 1000)
"""
FULL = {errno.ENOSPC, errno.EFBIG}


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    with open_disk(str(folder)) as disk:
        yield disk


@pytest.fixture
def session(notebook, disk):
    """A notebook with its home on the disk."""
    home = Home(f"{disk.path}/home")
    create_home(home)
    notebook.context = notebook.context.at(home)
    notebook.viewer = SilentViewer()
    return notebook


class FillingViewer(SilentViewer):
    """Fills the disk when the run is ready, and lets it go on."""

    def __init__(self, session, disk, go):
        self.act = lambda pid: (disk.fill(leave=100_000, writer=pid), go.touch())
        self.session = session

    def output(self, text):
        if text.startswith("ready"):
            (run,) = list_runs(self.session.context)
            self.act(read_lock(run.dir).run.pid)


@pytest.mark.parametrize("isolation", ["fork", "fresh"])
def test_a_run_that_fills_the_disk_fails_and_says_so(session, disk, tmp_path, isolation, report):
    session.cell(FILL.replace("GO", repr(str(tmp_path / "go"))))
    session.isolation = isolation
    session.viewer = FillingViewer(session, disk, tmp_path / "go")
    error = session.fail("fill")
    run = error.run
    assert error.exception.errno in FULL
    assert disk.complaint in run.output
    assert (run.status, run.exit_status) == (RunStatus.ERROR, 1)
    assert run.started <= run.stopped
    report("disk full in a run", disk=disk.kind, isolation=isolation, output=f"{len(run.output):,} bytes")
    disk.free()
    session.viewer = SilentViewer()
    assert session.run("fill", lines=1).status is RunStatus.COMPLETED


def test_a_disk_that_is_full_at_any_step_of_a_start_leaves_no_half_run(session, disk, scale, report):
    session.cell("def one(n=1):\n    print('loss: 0.5')\n    return n")
    outcomes = Counter()
    for pages in range(0, 60, scale(4, 1)):
        before = set(os.listdir(session.context.home.runs))
        disk.fill(leave=pages * disk.grain)
        outcome = try_to_run(session)
        disk.free()
        outcomes[judge(outcome, set(os.listdir(session.context.home.runs)) - before)] += 1
    report("disk full at a start", disk=disk.kind, **outcomes)
    assert outcomes["refused"]
    assert outcomes["completed"]
    assert len(list_runs(session.context)) == outcomes["failed"] + outcomes["completed"]
    assert session.run("one").result == 1


def try_to_run(session):
    """Run; the run or the error."""
    try:
        return session.run("one")
    except (StoreError, RunError) as error:
        return error


def judge(outcome, made):
    """Say how it came out, and check that this is what the user is told."""
    if isinstance(outcome, StoreError):
        assert outcome.__cause__.errno in FULL
        assert not made
        return "refused"
    run = getattr(outcome, "run", outcome)
    assert made == {run.id}
    if isinstance(outcome, RunError):
        assert run.status in {RunStatus.ERROR, RunStatus.TERMINATED}
        assert "could not be started" in str(outcome) or outcome.exception.errno in FULL
        return "failed"
    assert (run.status, run.output[:10]) == (RunStatus.COMPLETED, "loss: 0.5\n")
    return "completed"


@pytest.mark.parametrize("stage", [False, True])
def test_a_restart_that_finds_the_disk_full_can_be_tried_again(session, disk, stage):
    session.cell("def one(text=''):\n    print(text[:10])\n    return len(text)")
    run = session.run("one")
    change = Change(flags={"text": "x" * 100_000})
    disk.fill()
    with pytest.raises(StoreError):
        restart(session.context, run, replace(change, stage=stage), LaunchOptions(), SilentViewer())
    disk.free()
    assert (run.status, run.result) == (RunStatus.COMPLETED, 0)
    again = restart(session.context, run, change, LaunchOptions(), SilentViewer())
    assert (again.id, again.status, again.result) == (run.id, RunStatus.COMPLETED, 100_000)
