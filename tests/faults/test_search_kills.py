"""Searches that are killed at any time: restarts bring them to the trials that they would have had."""

from __future__ import annotations

import json
import threading
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any

import pytest

from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.batch.search.search_space import choice, uniform
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.engine import Engine
from guild_ipy.launching.restart import start
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.settings import Settings
from tests.faults.batches import BACKGROUND, DYING, BatchBench, make_deadly, write_project
from tests.faults.processes import find_processes
from tests.notebook_session import wait_until

SCRIPT = """
import threading

x = 1.0
y = 1
print("at work", x, y, flush=True)
threading.Event().wait(0.02)
print("loss:", (x - 0.5) ** 2 + y)
print("done")
"""
FLAGS = {"x": uniform(-2.0, 2.0), "y": choice(1, 2, 3)}
#: The last ones are chosen by what came of those before.
COUNT = 12
_VICTIMS = ("alone", "supervisor", "all")
#: Where the process of a search is killed: the function, and at which call of it.
BOUNDARIES = {
    "before the log is put": ("guild_ipy.batch.search.search_log:SearchLog.put:before", 1),
    "after the log is put": ("guild_ipy.batch.search.search_log:SearchLog.put:after", 1),
    "before the first line": ("guild_ipy.batch.search.search_log:SearchLog.write:before", 1),
    "after an ask": ("guild_ipy.batch.search.search_log:SearchLog.write:after", 23),
    "before a tell": ("guild_ipy.batch.search.search_log:SearchLog.write:before", 22),
    "after a tell": ("guild_ipy.batch.search.search_log:SearchLog.write:after", 22),
    "before a trial is made": ("guild_ipy.batch.batch_program:StartedBatch._make_chosen:before", 3),
    "amid a copy": ("guild_ipy.batch.trial:write_new_file:after", 14),
    "before trials are written": ("guild_ipy.batch.batch_program:write_trials:before", 3),
    "after trials are written": ("guild_ipy.batch.batch_program:write_trials:after", 3),
    "before a claim": ("guild_ipy.launching.restart:claim_run:before", 11),
    "after a start": ("guild_ipy.launching.at_work.local_runs:begin_again:after", 11),
    "while it runs": ("guild_ipy.batch.trial_queue:TrialQueue._wait:after", 3),
    "before it is told": ("guild_ipy.batch.search.searcher:Searcher.ended:before", 11),
    "after it is told": ("guild_ipy.batch.search.searcher:Searcher.ended:after", 11),
    "after the last": ("guild_ipy.batch.search.searcher:Searcher.ended:after", COUNT),
}


@pytest.fixture
def bench(home, tmp_path, monkeypatch):
    mark = f"GUILD_IPY_FAULT={uuid.uuid4().hex}"
    monkeypatch.setenv(*mark.split("="))
    write_project(tmp_path / "project", SCRIPT)
    monkeypatch.chdir(tmp_path / "project")
    engine = Engine(Settings())
    yield BatchBench(Session(Settings(stop_grace=5.0), home=home, engine=engine), mark)
    engine.close()
    wait_until(lambda: not find_processes(mark))


def search(bench: BatchBench, *, jobs: int = 1, stage: bool = False) -> Run:
    """Start a search in the background, or stage it."""
    return bench.run(FLAGS, jobs=jobs, stage=stage, max_trials=COUNT, search=SearchOptions(optimizer="tpe"))


def faults_of(bench: BatchBench, batch: Run, wanted: Sequence[Mapping[str, Any]], jobs: int) -> list[str]:
    """Say what is wrong with a search that has come to its end; with several jobs any order of results is right."""
    trials = bench.trials(batch)
    flags = [trial.get("flags") for trial in trials]
    lines = [json.loads(line) for line in Path(batch.dir.trials_log).read_text().splitlines()]
    asked = {line["ask"]: line["flags"] for line in lines if "ask" in line}
    losses = {number: [trial.scalars["loss"]] for number, trial in enumerate(trials)}
    told = {line["tell"]: line.get("values") for line in lines if "tell" in line}  # one that failed is told again
    found = {
        "not all asked": [asked.get(number) for number in range(COUNT)] != flags,
        "not told once": Counter(line["tell"] for line in lines if "values" in line) != Counter(range(COUNT)),
        "told another value": told != losses,
        "would choose others": "would choose other trials" in batch.output,
    }
    known = wanted if jobs == 1 else [*wanted[:10], *flags[10:]]
    return [*bench.faults_of(batch, known), *(name for name, is_so in found.items() if is_so)]


def knows_of_kills(batch: Run) -> bool:
    """Whether a search has lived to take note that a trial was killed, which it goes on without."""
    log = Path(batch.dir.trials_log)
    lines = map(json.loads, log.read_text().splitlines()[:-1]) if log.exists() else ()
    return any("tell" in line and "values" not in line for line in lines) or "ended: terminated" in batch.output


@pytest.fixture
def wanted(bench) -> list[Mapping[str, Any]]:
    """The trials of a search that is not killed."""
    batch = search(bench)
    bench.wait_for_all()
    assert batch.status is RunStatus.COMPLETED
    return [trial.get("flags") for trial in bench.trials(batch)]


@pytest.mark.timeout(3600)
def test_a_search_that_is_killed_at_a_boundary_comes_to_the_same_trials(bench, wanted, monkeypatch, scale, report):
    cases = [*product(BOUNDARIES, _VICTIMS, (1, 2))][:: scale(57, 1)]
    faults, restarts = {}, 0
    monkeypatch.setenv("PYTHONPATH", str(DYING.parent))
    for boundary, victims, jobs in cases:
        batch = search(bench, jobs=jobs, stage=True)
        place, number = BOUNDARIES[boundary]
        make_deadly(batch)
        monkeypatch.setenv("GUILD_IPY_DIES", f"{place}:{number}:{victims}")
        start(bench.context, batch, BACKGROUND, SilentViewer())
        monkeypatch.delenv("GUILD_IPY_DIES")
        bench.wait_for_all()
        assert batch.status is RunStatus.TERMINATED, f"{boundary} was not reached: {batch.output}"
        restarts += bench.complete(batch)
        if found := faults_of(bench, batch, wanted, jobs):
            faults[f"{boundary}, {victims}, {jobs} jobs"] = found
    report("kill -9 at boundaries of a search", kills=len(cases), restarts=restarts, faults=faults or 0)
    assert not faults


@pytest.mark.timeout(3600)
def test_a_search_that_is_killed_at_any_time_comes_to_the_same_trials(bench, wanted, scale, report):
    faults, endings, restarts = Counter(), Counter(), 0
    for victims, jobs in islice(cycle(product(_VICTIMS, (1, 2))), 1, 1 + scale(2, 100)):
        batch = search(bench, jobs=jobs)
        lines = bench.random.randrange(1 + 4 * COUNT)
        wait_until(lambda batch=batch, lines=lines: batch.output.count("\n") >= lines or not batch.status.is_active)
        threading.Event().wait(bench.random.uniform(0, 0.05))
        bench.kill(batch, victims)
        bench.wait_for_all()
        endings[str(batch.status)] += 1
        is_other = jobs > 1 or knows_of_kills(batch)
        restarts += bench.complete(batch)
        faults.update(faults_of(bench, batch, wanted, 2 if is_other else 1))
    kills = bench.killed.total()
    report("kill -9 in searches", kills=kills, restarts=restarts, **endings, faults=dict(faults) or 0)
    assert not faults
