"""Queues that race, and that are killed at any time: no staged run is started twice, and none is lost."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections import Counter
from contextlib import suppress
from itertools import cycle, islice, product
from pathlib import Path

import pytest

from guild_ipy.domain.opref import QUEUE
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.engine import Engine
from guild_ipy.errors import RunStateError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.launching.restart import start
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.settings import Settings
from guild_ipy.verbs.running.stop import stop
from tests.faults.batches import DYING, make_deadly
from tests.faults.processes import find_processes
from tests.notebook_session import wait_until

#: Each start leaves a line, which is appended at once.
_SCRIPT = """
import os, threading
n = 0
descriptor = os.open("../../started", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(descriptor, (os.path.basename(os.getcwd()) + "\\n").encode())
os.close(descriptor)
threading.Event().wait(0.02)
"""
#: One that was killed before its code began is terminated, which is seen, and is not started again by itself.
_NOT_LOST = {RunStatus.STAGED, RunStatus.TERMINATED}
_VICTIMS = ("alone", "supervisor", "all")
#: Where the process of a queue is killed: the function, and at which call of it.
BOUNDARIES = {
    "before a look": ("guild_ipy.scheduling.queue_program:HomeRuns.look:before", 1),
    "after a look": ("guild_ipy.scheduling.queue_program:HomeRuns.look:after", 1),
    "within its turn": ("guild_ipy.launching.at_work.local_runs:read_bins:after", 2),
    "before a start": ("guild_ipy.launching.at_work.local_runs:begin_again:before", 2),
    "before a claim": ("guild_ipy.launching.restart:claim_run:before", 2),
    "after a claim": ("guild_ipy.launching.restart:claim_run:after", 2),
    "after a reset": ("guild_ipy.launching.restart:_reset:after", 2),
    "before it begins": ("guild_ipy.launching.restart:let_run_begin:before", 2),
    "after a start": ("guild_ipy.launching.at_work.local_runs:begin_again:after", 2),
    "while it runs": ("guild_ipy.launching.at_work.local_runs:LocalRuns.wait:after", 2),
    "before an end": ("guild_ipy.launching.at_work.local_runs:LocalRuns._end:before", 2),
    "after an end": ("guild_ipy.launching.at_work.local_runs:LocalRuns._end:after", 2),
}


class QueueBench:
    """A project with a script, and a session whose processes are marked."""

    def __init__(self, context: Session, mark: str) -> None:
        self.context = context
        self.mark = mark

    def stage(self, count: int) -> list[Run]:
        made = [self._run("work.py", {"n": number}, stage=True) for number in range(count)]
        self.started.unlink(missing_ok=True)
        return made

    def queue(self, *, stage: bool = False, **flags: object) -> Run:
        return self._run("queue", {"run-once": True, **flags}, stage=stage)

    def _run(self, operation: str, flags: dict[str, object], *, stage: bool) -> Run:
        launch = LaunchOptions() if stage else LaunchOptions(background=True)
        made = run(
            self.context, RunRequest(operation=operation, flags=flags, launch=launch, stage=stage), SilentViewer()
        )
        assert made is not None
        return made

    @property
    def started(self) -> Path:
        return Path(self.context.home.path, "started")

    def starts(self) -> Counter[str]:
        """How often each run was started."""
        return Counter(self.started.read_text().split() if self.started.exists() else [])

    def wait_for_all(self, seconds: float = 120) -> None:
        """Wait until no run has a process."""
        wait_until(lambda: not self._is_at_work(), seconds=seconds)

    def _is_at_work(self) -> bool:
        is_held = any(each.run_id for each in find_processes(self.mark))
        return is_held or any(each.status.is_active for each in list_runs(self.context))

    def faults(self, runs: list[Run]) -> list[str]:
        """Say what is wrong where no queue is at work any more."""
        starts, now = self.starts(), [Run(each.dir) for each in runs]
        faults = {
            "started twice": any(count > 1 for count in starts.values()),
            "lost": any(not starts[each.id] and each.status not in _NOT_LOST for each in now),
            "staged though it was started": any(starts[each.id] and each.status is RunStatus.STAGED for each in now),
            "damaged": any(each.status is RunStatus.DAMAGED for each in now),
            "pending": any(each.status is RunStatus.PENDING for each in now),
        }
        return [name for name, is_so in faults.items() if is_so]


@pytest.fixture
def bench(home, tmp_path, monkeypatch):
    mark = f"GUILD_IPY_FAULT={uuid.uuid4().hex}"
    monkeypatch.setenv(*mark.split("="))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "work.py").write_text(_SCRIPT)
    monkeypatch.chdir(folder)
    engine = Engine(Settings())
    yield QueueBench(Session(Settings(stop_grace=5.0), home=home, engine=engine), mark)
    engine.close()
    wait_until(lambda: not find_processes(mark))


@pytest.mark.timeout(7200)
def test_queues_that_race_start_each_run_once(bench, scale, report, guild_command):
    runs = bench.stage(scale(40, 10_000))
    environment = {**os.environ, "GUILD_HOME": bench.context.home.path, "NO_PIP_FREEZE": "1"}
    command = [guild_command, "run", "queue", "run-once=yes", "--yes"]
    theirs = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(bench.starts, seconds=60)  # it takes its time to begin, and ours would have started all
    ours = [bench.queue(**{"wait-for-running": False}) for _ in range(4)]
    bench.wait_for_all(seconds=5400)
    theirs.wait()
    starts = bench.starts()
    shares = [each.output.count("] Starting") for each in ours]
    not_once = sum(starts[each.id] != 1 for each in runs)
    other_ends = [each for each in runs if Run(each.dir).status is not RunStatus.COMPLETED]
    report(
        "racing queues, one of them Guild AI's",
        runs=len(runs),
        starts=starts.total(),
        announced_by_ours="+".join(map(str, shares)),
        by_guild=len(runs) - sum(shares),
        not_once=not_once,
        not_completed=len(other_ends),
        faults=bench.faults(runs) or 0,
    )
    assert not_once == 0
    assert other_ends == []


@pytest.mark.timeout(3600)
def test_a_queue_that_is_killed_at_a_boundary_loses_no_run(bench, monkeypatch, scale, report):
    cases = list(islice(cycle(product(BOUNDARIES, _VICTIMS)), scale(6, 200)))
    if len(cases) < len(BOUNDARIES):
        cases = list(zip(list(BOUNDARIES)[1::2], cycle(_VICTIMS), strict=False))
    monkeypatch.setenv("PYTHONPATH", str(DYING.parent))
    faults, again = {}, 0
    for boundary, victims in cases:
        runs, queue = bench.stage(3), bench.queue(stage=True)
        place, number = BOUNDARIES[boundary]
        make_deadly(queue, DYING.with_name("dying_queue.py"))
        monkeypatch.setenv("GUILD_IPY_DIES", f"{place}:{number}:{victims}")
        start(bench.context, queue, LaunchOptions(background=True), SilentViewer())
        monkeypatch.delenv("GUILD_IPY_DIES")
        bench.wait_for_all()
        assert queue.status is RunStatus.TERMINATED, f"{boundary} was not reached: {queue.output}"
        found = bench.faults(runs)
        again += sum(Run(each.dir).status is RunStatus.STAGED for each in runs)
        bench.queue()
        bench.wait_for_all()
        found += [f"{name} after the next queue" for name in bench.faults(runs)]
        if any(Run(each.dir).status is RunStatus.STAGED for each in runs):
            found.append("left staged")
        if found:
            faults[f"{boundary}, {victims}"] = found
    report("kill -9 at boundaries of a queue", kills=len(cases), staged_again=again, faults=faults or 0)
    assert not faults


@pytest.mark.timeout(3600)
def test_a_queue_that_is_stopped_or_killed_at_any_time_loses_no_run(bench, scale, report):
    faults, endings = Counter(), Counter()
    for number in range(scale(3, 60)):
        runs, queue = bench.stage(4), bench.queue(jobs=1 + number % 2)
        wait_until(lambda lines=number % 9, queue=queue: queue.output.count("\n") >= lines or queue.has_ended)
        if number % 3:
            for process in find_processes(bench.mark):
                if process.run_id == queue.id:
                    process.kill()
        else:
            with suppress(RunStateError):
                stop(bench.context, [queue])
        bench.wait_for_all()
        faults.update(bench.faults(runs))
        bench.queue()
        bench.wait_for_all()
        faults.update(bench.faults(runs))
        endings.update(str(Run(each.dir).status) for each in runs)
    queues = sum(each.opref == QUEUE for each in list_runs(bench.context))
    report("queues stopped and killed", queues=queues, **endings, faults=dict(faults) or 0)
    assert not faults
    assert endings.keys() <= {"completed", "terminated", "error"}
