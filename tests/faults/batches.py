"""Batches that are killed and stopped, and what must be true of one that has come to its end."""

from __future__ import annotations

import json
import os
import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from guild_ipy.batch.batch_options import BatchOptions, Repeat
from guild_ipy.batch.new_batch import run_batch
from guild_ipy.batch.restart_batch import plan_restart, restart_batch
from guild_ipy.batch.trial import link_path
from guild_ipy.domain.status import RunStatus
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.run_dir import is_run_id
from tests.faults.processes import Process, find_processes
from tests.notebook_session import wait_until

SCRIPT = """
import threading

x = 1
y = 1
print("at work", x, y, flush=True)
threading.Event().wait(0.05)
print("done", x, y)
"""
#: Four trials.
FLAGS = {"x": [1, 2], "y": [1, 2]}
BACKGROUND = LaunchOptions(background=True)
#: The program of a batch that kills itself.
DYING = Path(__file__).parent / "programs" / "dying_batch.py"
_LONGEST_DELAY = 0.1
#: Three trials are announced, and three lines come of each.
_MOST_LINES = 11
_MOST_ATTEMPTS = 20


class BatchBench:
    """A project with a script, and a session whose processes are marked."""

    def __init__(self, context: Session, mark: str) -> None:
        self.context = context
        self.mark = mark
        self.random = random.Random(0)
        self.killed: Counter[str] = Counter()
        self._completed: dict[str, Any] = {}
        self.repeated: list[str] = []
        """Trials that ran again though they were completed."""

    def run(self, flags: Mapping[str, Any], *, stage: bool = False, **options: Any) -> Run:
        """Start a batch in the background, or stage it."""
        spec = SpecOptions(random_seed=0)
        request = RunRequest(operation="work.py", flags=flags, launch=BACKGROUND, stage=stage, spec=spec)
        made = run_batch(self.context, request, BatchOptions(**options), SilentViewer())
        assert made is not None
        return made

    def restart(self, batch: Run, repeat: Repeat = Repeat.NEEDED) -> None:
        """Start it again in the background; completed trials must stay as they are."""
        plan = plan_restart(self.context, batch, {}, BatchOptions(repeat=repeat))
        restart_batch(self.context, plan, BACKGROUND, SilentViewer())

    def complete(self, batch: Run) -> int:
        """Restart until the batch is completed with all of its trials; how often."""
        for attempt in range(_MOST_ATTEMPTS):
            self.wait_for_all()
            self.note(batch)
            if batch.status is RunStatus.COMPLETED and self.is_whole(batch):
                return attempt
            self.restart(batch)
        raise AssertionError(f"batch {batch.short_id} does not come to its end")

    def is_whole(self, batch: Run) -> bool:
        return all(trial.status is RunStatus.COMPLETED for trial in self.trials(batch))

    def note(self, batch: Run) -> None:
        """Note which trials have completed, and when they were started."""
        for trial in self.trials(batch):
            if trial.id in self._completed and self._completed[trial.id] != trial.started:
                self.repeated.append(trial.id)
            if trial.status is RunStatus.COMPLETED:
                self._completed[trial.id] = trial.started

    def trials(self, batch: Run) -> list[Run]:
        """The trials that there are, by the attribute of the batch."""
        dirs = map(self.context.home.run_dir, batch.get("trials") or [])
        return [Run(run_dir) for run_dir in dirs if os.path.exists(run_dir.opref)]

    def wait(self, batch: Run) -> None:
        """Wait for a random time, at first until the batch has written a random number of lines."""
        lines = self.random.randint(0, _MOST_LINES)
        wait_until(lambda: batch.output.count("\n") >= lines or not batch.status.is_active)
        threading.Event().wait(self.random.uniform(0, _LONGEST_DELAY))

    def kill(self, batch: Run, victims: str) -> None:
        """Kill the process of a batch; also its ``supervisor``; or ``all`` of it, with what runs."""
        found = [each for each in find_processes(self.mark) if self._is_meant(each, batch, victims)]
        for each in sorted(found, key=lambda each: each.role != "supervisor"):
            self.killed[f"{each.role} of the {'batch' if each.run_id == batch.id else 'trials'}"] += each.kill()

    @staticmethod
    def _is_meant(process: Process, batch: Run, victims: str) -> bool:
        if process.run_id != batch.id:
            return victims == "all" and process.run_id is not None
        return process.role == "run" or (victims != "alone" and process.role == "supervisor")

    def wait_for_all(self) -> None:
        """Wait until no run has a process."""
        wait_until(lambda: not self._is_at_work(), seconds=60)

    def _is_at_work(self) -> bool:
        is_held = any(each.run_id for each in find_processes(self.mark))
        return is_held or any(each.status is RunStatus.RUNNING for each in list_runs(self.context))

    def faults(self, batch: Run, flags: Mapping[str, Sequence[int]]) -> list[str]:
        """Say what is wrong with a batch that has come to its end."""
        return self.faults_of(batch, [{"x": x, "y": y} for x in flags["x"] for y in flags["y"]])

    def faults_of(self, batch: Run, wanted: Sequence[Mapping[str, Any]]) -> list[str]:
        """Say what is wrong with it if these are the flags of its trials."""
        trials, home = self.trials(batch), self.context.home
        mine = [run for run in list_runs(self.context) if run.get("batch") == batch.id]
        links = {name for name in os.listdir(batch.path) if is_run_id(name)}
        faults = {
            "not completed": batch.status is not RunStatus.COMPLETED,
            "other trials": [trial.flags for trial in trials] != wanted,
            "trials not completed": any(trial.status is not RunStatus.COMPLETED for trial in trials),
            "trials that ran twice": bool(self.repeated),
            "runs that are no trials": {run.id for run in mine} != {trial.id for trial in trials},
            "links that are no trials": links != {trial.id for trial in trials},
            "links to nothing": not all(os.path.exists(link_path(batch.dir, name)) for name in links),
            "other output": any("done" not in trial.output for trial in trials),
            "damaged": any(run.status is RunStatus.DAMAGED for run in list_runs(self.context)),
            "folders that are no runs": set(os.listdir(home.runs)) != {run.id for run in list_runs(self.context)},
        }
        return [name for name, is_so in faults.items() if is_so]


def write_project(folder: Path, script: str = SCRIPT) -> None:
    """Write the script that is run."""
    folder.mkdir()
    (folder / "work.py").write_text(script)


def make_deadly(run: Run, program: Path = DYING) -> None:
    """Put a program that kills itself in the place of that of a run, for a fork and for a fresh interpreter."""
    job = run.path / ".guild" / "job"
    (job / "main.py").write_text(program.read_text())
    meta = json.loads((job / "meta.json").read_text())
    meta["program"]["module"] = program.stem
    (job / "meta.json").write_text(json.dumps(meta))
