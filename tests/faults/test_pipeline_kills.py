"""Pipelines that are killed and stopped at any time: restarts bring them to their end, and no run of a step is lost."""

from __future__ import annotations

import os
import random
import threading
import uuid
from collections import Counter

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.engine import Engine
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.launching.restart import Change, restart
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.settings import Settings
from guild_ipy.verbs.running.stop import stop
from tests.faults.processes import Process, find_processes
from tests.notebook_session import wait_until
from tests.pipeline_project import members, statuses, write_project

GUILD_FILE = """
train:
  flags-import: [lr]
serve:
  requires:
    - operation: train
      select: model
inner:
  flags: {rate: 0.1}
  steps:
    - run: train lr=${rate}
    - serve
release:
  flags: {rate: 0.1}
  steps:
    - run: train lr=${rate}
    - serve
    - run: inner rate=${rate}
"""
_SLOWLY = "import threading\nthreading.Event().wait(0.2)\n"
_LONGEST_DELAY = 1.5
_KILLS_OF_EACH = 4
#: Of kills that look for a run or its supervisor first.
_SHARE_OF_RUNS = 0.8
_GOOD_ENDINGS = {RunStatus.COMPLETED, RunStatus.TERMINATED}
_BACKGROUND = LaunchOptions(background=True)


class Bench:
    """A project, and a session whose processes are marked."""

    def __init__(self, context: Session, mark: str) -> None:
        self.context = context
        self._mark = mark
        self._random = random.Random(0)
        self.killed: Counter[str] = Counter()

    def start(self, rate: float) -> Run:
        request = RunRequest(operation="release", flags={"rate": rate}, launch=_BACKGROUND)
        made = run(self.context, request, SilentViewer())
        assert made is not None
        return made

    def start_again(self, pipeline: Run) -> None:
        """Start it again, with another flag where there is nothing left to do."""
        is_over = pipeline.status is RunStatus.COMPLETED
        flags = {"rate": pipeline.flags["rate"] + 1} if is_over else {}
        restart(self.context, pipeline, Change(flags=flags), _BACKGROUND, SilentViewer())

    def wait(self) -> None:
        """Wait for a random time."""
        threading.Event().wait(self._random.uniform(0, _LONGEST_DELAY))

    def kill_at_random(self, pipeline: Run) -> None:
        """Wait for a random time and kill one of all processes, or two; then for all that goes on."""
        self.wait()
        found = sorted(find_processes(self._mark), key=lambda each: each.pid)
        if self._random.random() < _SHARE_OF_RUNS:
            found = [each for each in found if each.run_id] or found
        victims = self._random.sample(found, min(len(found), self._random.choice([1, 1, 2])))
        for victim in victims:
            if victim.kill():
                self.killed[_describe(victim, pipeline)] += 1
        self.wait_for_all()

    def wait_for_all(self) -> None:
        """Wait until no run has a process; one whose starters were killed goes on to its end."""
        wait_until(lambda: not self._is_at_work(), seconds=60)

    def _is_at_work(self) -> bool:
        """Whether a run is; a process that closes a file is overlooked when one looks at it just then."""
        is_held = any(each.run_id for each in find_processes(self._mark))
        return is_held or any(each.status.is_active for each in list_runs(self.context))


def _describe(process: Process, pipeline: Run) -> str:
    if process.run_id is None:
        return process.role
    return f"{process.role} of the pipeline" if process.run_id == pipeline.id else f"{process.role} of a step"


def find_faults(pipeline: Run) -> list[str]:
    """Say what is wrong with a pipeline that came to its end."""
    rate = pipeline.flags["rate"]
    made = members(pipeline)
    inner = members(made["inner"])
    faults = {
        "not completed": pipeline.status is not RunStatus.COMPLETED,
        "steps that are not completed": set(statuses(pipeline).values()) != {"completed"},
        "inner steps that are not": set(statuses(made["inner"]).values()) != {"completed"},
        "another result": not all(f"served {rate}" in each["serve"].output for each in (made, inner)),
        "a run of another pipeline used": not all(
            each["serve"].get("_dependencies")[0]["runs"] == [each["train"].id] for each in (made, inner)
        ),
    }
    return [name for name, is_so in faults.items() if is_so]


def find_lost(bench: Bench, pipelines: list[Run]) -> set[str]:
    """Find runs that no pipeline has a link to, and links to what is no run."""
    linked = {each.id for each in pipelines}
    for pipeline in pipelines:
        made = members(pipeline)
        linked |= {each.id for each in (*made.values(), *members(made["inner"]).values())}
    return linked.symmetric_difference(run.id for run in list_runs(bench.context) if os.path.exists(run.dir.opref))


@pytest.fixture
def bench(home, tmp_path, monkeypatch):
    mark = f"GUILD_IPY_FAULT={uuid.uuid4().hex}"
    name, _, value = mark.partition("=")
    monkeypatch.setenv(name, value)
    project = tmp_path / "project"
    project.mkdir()
    write_project(project, GUILD_FILE)
    for name in ("train.py", "serve.py"):
        (project / name).write_text(_SLOWLY + (project / name).read_text())
    monkeypatch.chdir(project)
    engine = Engine(Settings())
    yield Bench(Session(Settings(), home=home, engine=engine), mark)
    engine.close()
    wait_until(lambda: not find_processes(mark))


@pytest.mark.timeout(3600)
def test_a_pipeline_that_is_killed_at_any_time_comes_to_its_end_by_restarts(bench, scale, report):
    faults, attempts, endings = Counter(), 0, Counter()
    pipelines = []
    for number in range(1, scale(3, 25) + 1):
        pipeline = bench.start(number / 10)
        for _ in range(_KILLS_OF_EACH):
            bench.kill_at_random(pipeline)
            endings[str(pipeline.status)] += 1
            bench.start_again(pipeline)
            attempts += 1
        bench.wait_for_all()
        pipelines.append(pipeline)
        faults.update(find_faults(pipeline))
    lost = find_lost(bench, pipelines)
    report(
        "kill -9 in pipelines",
        kills=bench.killed.total(),
        of=", ".join(f"{role} {count}" for role, count in sorted(bench.killed.items())),
        pipelines=len(pipelines),
        restarts=attempts,
        **endings,
        lost_runs=len(lost),
        faults=dict(faults) or 0,
    )
    assert not faults
    assert not lost


@pytest.mark.timeout(3600)
def test_a_pipeline_that_is_stopped_at_any_time_leaves_nothing_at_work(bench, scale, report):
    faults, endings = Counter(), Counter()
    pipelines = [bench.start(0.1)]
    bench.wait_for_all()
    for _ in range(scale(6, 60)):
        bench.start_again(pipelines[0])
        bench.wait()
        stop(bench.context, pipelines)
        endings[str(pipelines[0].status)] += 1
        still = [each for each in list_runs(bench.context) if not each.status.is_finished]
        faults["still at work, or staged"] += len(still)
        faults["neither completed nor terminated"] += pipelines[0].status not in _GOOD_ENDINGS
    bench.start_again(pipelines[0])
    bench.wait_for_all()
    lost = find_lost(bench, pipelines)
    found = +faults + Counter(find_faults(pipelines[0]))
    report("stops of a pipeline", stops=endings.total(), **endings, lost_runs=len(lost), faults=dict(found) or 0)
    assert not found
    assert not lost
