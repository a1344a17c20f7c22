"""Random histories of batches: what was planned is what was done, whatever users and Guild AI do in between."""

from __future__ import annotations

import os
import random
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest

from guild_ipy.batch.batch_options import BatchOptions, Repeat
from guild_ipy.batch.new_batch import run_batch
from guild_ipy.batch.restart_batch import RestartPlan, plan_restart, restart_batch
from guild_ipy.batch.restart_plan import Fate
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import flags_key
from guild_ipy.engine.engine import Engine
from guild_ipy.errors import RunError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.settings import Settings
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.run_dir import is_run_id
from guild_ipy.store.trash import delete_run, restore_run
from guild_ipy.verbs.running.stop import stop
from tests.notebook_session import wait_until

SCRIPT = """
x = 1
y = 1
z = "a"
print(x, y, z)
if y == 4:
    raise SystemExit(1)
"""
#: What flags can be given, and the words for them.
VALUES: Mapping[str, list[tuple[Any, str]]] = {
    "x": [([1, 2], "[1,2]"), ([2, 3], "[2,3]"), ([1], "1"), ([1, 2, 3], "range[1:3]")],
    "y": [([1, 4], "[1,4]"), ([4], "4"), ([1, 2], "[1,2]")],
    "z": [(["a", "b"], "[a,b]"), (["b"], "b"), (["a"], "a")],
}
_VIEWER = SilentViewer()
_HERE = LaunchOptions()
_BACKGROUND = LaunchOptions(background=True)
_ENDED = {RunStatus.COMPLETED, RunStatus.ERROR}


class History:
    """A home with batches, and what users have noted on its runs."""

    def __init__(self, context: Session, guild: str) -> None:
        self.context = context
        self.faults: Counter[str] = Counter()
        self.steps: Counter[str] = Counter()
        self._guild = guild
        self._random = random.Random(1)
        self._labels: dict[str, str] = {}
        self._marked: set[str] = set()
        self._batches: list[Run] = []

    def step(self) -> None:
        """Do something at random, and look whether it is so."""
        wanted: dict[Callable[[], None], int] = {
            self.restart: 8,
            self.restart_by_guild: 3,
            self.stop_amid: 2,
            self.stage: 1,
            self.delete: 3,
            self.delete_by_guild: 1,
            self.restore: 1,
            self.label: 2,
            self.label_by_guild: 1,
            self.mark: 1,
            self.restart_trial: 3,
            self.restart_trial_by_guild: 1,
        }
        if not self._batches or self._random.random() < 0.03:
            chosen = self.run
        else:
            (chosen,) = self._random.choices(list(wanted), list(wanted.values()))
        chosen()
        self.steps[chosen.__name__] += 1
        self._check_notes(chosen.__name__)

    # -- batches

    def run(self) -> None:
        flags, _ = self._flags(["x", "y"])
        with suppress(RunError):
            request = RunRequest(operation="work.py", flags=flags)
            run_batch(self.context, request, BatchOptions(jobs=2), _VIEWER)
        self._batches = [run for run in list_runs(self.context) if run.get("trials") is not None]

    def restart(self) -> None:
        batch, options = self._batch(), BatchOptions(repeat=self._random.choice(list(Repeat)), jobs=2)
        flags, _ = self._flags()
        plan = plan_restart(self.context, batch, flags, options)
        with suppress(RunError):
            restart_batch(self.context, plan, _HERE, _VIEWER)
        self._check(batch, plan)

    def restart_by_guild(self) -> None:
        batch = self._batch()
        flags, words = self._flags()
        plan = plan_restart(self.context, batch, flags, BatchOptions())
        self._call("run", "--restart", batch.id, *words)
        self._check(batch, plan)

    def stop_amid(self) -> None:
        batch = self._batch()
        flags, _ = self._flags()
        plan = plan_restart(self.context, batch, flags, BatchOptions())
        restart_batch(self.context, plan, _BACKGROUND, _VIEWER)
        lines = self._random.randint(0, 8)
        wait_until(lambda: batch.output.count("\n") >= lines or not batch.status.is_active)
        stop(self.context, [batch])
        batch.wait(20)
        self._count("at work after a stop", any(run.status is RunStatus.RUNNING for run in list_runs(self.context)))

    def stage(self) -> None:
        batch = self._batch()
        flags, _ = self._flags()
        plan = plan_restart(self.context, batch, flags, BatchOptions(stage_trials=True))
        restart_batch(self.context, plan, _HERE, _VIEWER)
        self._check(batch, plan)

    # -- runs

    def delete(self) -> None:
        if run := self._trial():
            delete_run(self.context.home, run.dir)

    def delete_by_guild(self) -> None:
        if run := self._trial():
            self._call("runs", "rm", run.id)

    def restore(self) -> None:
        deleted = list_runs(self.context, RunFilter(deleted=True))
        if deleted:
            restore_run(self.context.home, self._random.choice(deleted).dir)

    def label(self) -> None:
        if run := self._trial():
            self._labels[run.id] = f"label {self.steps.total()}"
            write_attr(run.dir, "label", self._labels[run.id])

    def label_by_guild(self) -> None:
        if run := self._trial():
            self._labels[run.id] = f"label {self.steps.total()}"
            self._call("label", "--set", self._labels[run.id], run.id)

    def mark(self) -> None:
        if run := self._trial():
            self._marked.add(run.id)
            write_attr(run.dir, "marked", True)

    def restart_trial(self) -> None:
        if run := self._trial():
            flags = self._random.choice([{}, {"x": 9}, {"x": 1}])
            with suppress(RunError):
                if run.status is RunStatus.STAGED and not flags:
                    start(self.context, run, _HERE, _VIEWER)
                else:
                    restart(self.context, run, Change(flags=flags), _HERE, _VIEWER)

    def restart_trial_by_guild(self) -> None:
        if run := self._trial():
            self._call("run", "--restart", run.id)
            self._labels.pop(run.id, None)  # Guild AI makes a label anew when it restarts a run

    # -- looking

    def _batch(self) -> Run:
        return self._random.choice(self._batches)

    def _trial(self) -> Run | None:
        """A run that is or was a trial."""
        runs = [run for run in list_runs(self.context) if run not in self._batches]
        return self._random.choice(runs) if runs else None

    def _flags(self, names: list[str] | None = None) -> tuple[dict[str, Any], list[str]]:
        names = self._random.sample(list(VALUES), self._random.choice([0, 0, 1, 1, 2])) if names is None else names
        chosen = {name: self._random.choice(VALUES[name]) for name in names}
        words = [f"{name}={word}" for name, (_, word) in chosen.items()]
        return {name: values for name, (values, _) in chosen.items()}, words

    def _call(self, *words: str) -> None:
        command = [self._guild, "-H", self.context.home.path, *words, "-y"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self._count(f"guild {words[0]}: {done.stderr[-300:]}", "Traceback" in done.stderr)

    def _check(self, batch: Run, plan: RestartPlan) -> None:
        """Check that a plan is what was done, and that the batch is in order."""
        ids, runs = batch.get("trials"), {run.id: run for run in list_runs(self.context)}
        planned = [each for each in plan.trials if each.number is not None and (each.id or each.fate is Fate.NEW)]
        there = [runs[id_] for id_ in ids if id_ in runs]
        self._count("trials that are not there", set(ids) - set(runs))
        self._count("links that are no trials", {name for name in os.listdir(batch.path) if is_run_id(name)} ^ set(ids))
        keys = [[flags_key(each.flags) for each in planned], [flags_key(run.get("flags")) for run in there]]
        self._count("other flags than planned", keys[0] != keys[1])
        kept = [each.id for each in planned]
        same = [id_ if id_ in {each.id for each in plan.trials} else None for id_ in ids]
        self._count("other trials than planned", kept != same)
        self._count("trials of another batch", [run for run in there if run.get("batch") != batch.id])
        for each in plan.trials:
            if each.number is None:
                stays = each.fate is Fate.ORPHAN_KEPT
                self._count("orphans not as planned", (each.id in runs) != stays)
                self._count("orphans of a batch", stays and runs[each.id].get("batch") is not None)
            elif each.fate in {Fate.KEPT, Fate.NEW} and not plan.options.stage_trials:
                self._count("not run", runs[ids[planned.index(each)]].status not in _ENDED)

    def _check_notes(self, step: str) -> None:
        for run in list_runs(self.context, full=True):
            self._count(f"damaged after {step}: {run.damage}", run.status is RunStatus.DAMAGED)
            if run.id in self._labels and run.label != self._labels[run.id]:
                self._count(f"label lost by {step}: {run.label!r} for {self._labels.pop(run.id)!r}", is_so=True)
            self._count(f"mark lost by {step}", run.id in self._marked and run.get("marked") is not True)

    def _count(self, fault: str, is_so: object) -> None:
        if is_so:
            self.faults[fault] += 1


@pytest.fixture
def history(home, tmp_path, monkeypatch, guild_command, no_process_left):
    project = tmp_path / "project"
    project.mkdir()
    (project / "work.py").write_text(SCRIPT)
    monkeypatch.chdir(project)
    monkeypatch.setenv("NO_PIP_FREEZE", "1")
    engine = Engine(Settings())
    yield History(Session(Settings(), home=home, engine=engine), guild_command)
    engine.close()


@pytest.mark.timeout(3600)
def test_a_batch_is_as_planned_whatever_is_done_in_between(history, scale, report):
    for _ in range(scale(30, 300)):
        history.step()
    report(
        "random histories of batches",
        steps=history.steps.total(),
        of=", ".join(f"{name} {count}" for name, count in sorted(history.steps.items())),
        faults=dict(history.faults) or 0,
    )
    assert not history.faults
