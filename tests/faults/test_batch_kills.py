"""Batches that are killed and stopped at any time: restarts bring them to their end, and no trial is lost."""

from __future__ import annotations

import uuid
from collections import Counter
from itertools import cycle, islice, product

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.engine import Engine
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import start
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.settings import Settings
from guild_ipy.verbs.running.stop import stop
from tests.faults.batches import DYING, FLAGS, BatchBench, make_deadly, write_project
from tests.faults.processes import find_processes
from tests.notebook_session import wait_until

_VICTIMS = ("alone", "supervisor", "all")
#: Where the process of a batch is killed: the function, and at which call of it.
BOUNDARIES = {
    "before a link": ("guild_ipy.batch.trial:os.symlink:before", 2),
    "after a link": ("guild_ipy.batch.trial:make_run_dir:before", 2),
    "after a folder": ("guild_ipy.batch.trial:_CopiedFiles.copy:before", 2),
    "amid a copy": ("guild_ipy.batch.trial:write_new_file:after", 14),
    "after a copy": ("guild_ipy.batch.trial:_CopiedFiles.copy:after", 2),
    "before an opref": ("guild_ipy.batch.trial:write_file:before", 2),
    "after an opref": ("guild_ipy.batch.trial:write_file:after", 2),
    "before trials are written": ("guild_ipy.batch.batch_program:write_trials:before", 1),
    "after trials are written": ("guild_ipy.batch.batch_program:write_trials:after", 1),
    "before a start": ("guild_ipy.launching.at_work.local_runs:begin_again:before", 2),
    "before a claim": ("guild_ipy.launching.restart:claim_run:before", 2),
    "after a claim": ("guild_ipy.launching.restart:claim_run:after", 2),
    "after a reset": ("guild_ipy.launching.restart:_reset:after", 2),
    "before it begins": ("guild_ipy.launching.restart:let_run_begin:before", 2),
    "after a start": ("guild_ipy.launching.at_work.local_runs:begin_again:after", 2),
    "while it runs": ("guild_ipy.batch.trial_queue:TrialQueue._wait:after", 2),
    "before its end": ("guild_ipy.launching.at_work.local_runs:LocalRuns._end:before", 2),
    "after its end": ("guild_ipy.launching.at_work.local_runs:LocalRuns._end:after", 2),
    "after the last": ("guild_ipy.launching.at_work.local_runs:LocalRuns._end:after", 4),
}


@pytest.fixture
def bench(home, tmp_path, monkeypatch):
    mark = f"GUILD_IPY_FAULT={uuid.uuid4().hex}"
    monkeypatch.setenv(*mark.split("="))
    write_project(tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    engine = Engine(Settings())
    yield BatchBench(Session(Settings(stop_grace=5.0), home=home, engine=engine), mark)
    engine.close()
    wait_until(lambda: not find_processes(mark))


@pytest.mark.timeout(3600)
def test_a_batch_that_is_killed_at_a_boundary_comes_to_its_end_by_restarts(bench, monkeypatch, scale, report):
    cases = [*product(BOUNDARIES, _VICTIMS, (1, 2))]
    step = scale(19, 1)
    faults, restarts = {}, 0
    monkeypatch.setenv("PYTHONPATH", str(DYING.parent))
    for (boundary, victims, jobs), isolation in zip(cases[::step], cycle(("fork", "fork", "fresh")), strict=False):
        batch = bench.run(FLAGS, jobs=jobs, stage=True)
        place, number = BOUNDARIES[boundary]
        make_deadly(batch)
        monkeypatch.setenv("GUILD_IPY_DIES", f"{place}:{number}:{victims}")
        start(bench.context, batch, LaunchOptions(background=True, isolation=isolation), SilentViewer())
        monkeypatch.delenv("GUILD_IPY_DIES")
        bench.wait_for_all()
        assert batch.status is RunStatus.TERMINATED, f"{boundary} was not reached: {batch.output}"
        restarts += bench.complete(batch)
        if found := bench.faults(batch, FLAGS):
            faults[f"{boundary}, {victims}, {jobs} jobs"] = found
    report("kill -9 at boundaries of a batch", kills=len(cases[::step]), restarts=restarts, faults=faults or 0)
    assert not faults


@pytest.mark.timeout(3600)
def test_a_batch_that_is_killed_at_any_time_comes_to_its_end_by_restarts(bench, scale, report):
    faults, endings, restarts = Counter(), Counter(), 0
    kinds = islice(cycle(product(_VICTIMS, (1, 2))), scale(3, 100))
    for number, (victims, jobs) in enumerate(kinds):
        flags = {"x": [number], "y": [1, 2, 3]}
        batch = bench.run(flags, jobs=jobs)
        bench.wait(batch)
        bench.kill(batch, victims)
        endings[str(batch.status)] += 1
        restarts += bench.complete(batch)
        faults.update(bench.faults(batch, flags))
    report(
        "kill -9 in batches",
        kills=bench.killed.total(),
        of=", ".join(f"{role} {count}" for role, count in sorted(bench.killed.items())),
        batches=endings.total(),
        restarts=restarts,
        **endings,
        faults=dict(faults) or 0,
    )
    assert not faults


@pytest.mark.timeout(3600)
def test_a_batch_that_is_stopped_at_any_time_leaves_nothing_at_work(bench, scale, report):
    faults, endings, trials = Counter(), Counter(), Counter()
    for number in range(scale(3, 60)):
        flags = {"x": [number], "y": [1, 2, 3]}
        batch = bench.run(flags, jobs=1 + number % 2)
        bench.wait(batch)
        stop(bench.context, [batch])
        endings[str(batch.status)] += 1
        faults["processes left"] += any(each.run_id for each in find_processes(bench.mark))
        ends = Counter(str(run.status) for run in list_runs(bench.context) if run.get("batch") == batch.id)
        faults["more than the running trials terminated"] += ends["terminated"] > 1 + number % 2
        faults["neither completed, terminated nor pending"] += not ends.keys() <= {"completed", "terminated", "pending"}
        trials.update(ends)
        bench.complete(batch)
        faults.update(bench.faults(batch, flags))
    report("stops of a batch", stops=endings.total(), **endings, trials=dict(trials), faults=dict(+faults) or 0)
    assert not +faults
