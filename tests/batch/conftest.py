"""Batches of a notebook, started and restarted as the verbs do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.new_batch import run_batch
from guild_ipy.batch.restart_batch import RestartPlan, plan_restart, restart_batch
from guild_ipy.batch.restart_plan import Fate
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.run_dir import is_run_id
from tests.notebook_session import NotebookSession
from tests.train_and_wait import RecordingViewer

ECHO = """
x = 1.0
y = 2
z = "a"
print(x, y, repr(z))
"""


@dataclass
class Batches:
    """Runs batches, and knows their trials."""

    notebook: NotebookSession

    def __post_init__(self) -> None:
        Path("echo.py").write_text(ECHO)
        self.notebook.viewer = RecordingViewer()

    def run(self, operation: Any = "echo.py", *, request: Mapping[str, Any] | None = None, **flags: Any) -> Run:
        """Run a batch; names that begin with ``_`` are options of it."""
        options = {name[1:]: flags.pop(name) for name in tuple(flags) if name.startswith("_")}
        asked = RunRequest(operation=operation, flags=flags, **(request or {}))
        made = run_batch(self.notebook.context, asked, BatchOptions(**options), self.notebook.viewer)
        assert made is not None
        return made

    def plan(self, batch: Run, **flags: Any) -> RestartPlan:
        options = {name[1:]: flags.pop(name) for name in tuple(flags) if name.startswith("_")}
        return plan_restart(self.notebook.context, batch, flags, BatchOptions(**options))

    def restart(self, batch: Run, *, stage: bool = False, background: bool = False, **flags: Any) -> RestartPlan:
        """Restart a batch; the plan, which was carried out exactly."""
        plan, before = self.plan(batch, **flags), self.trial_ids(batch)
        launch = LaunchOptions(background=background)
        restart_batch(self.notebook.context, plan, launch, self.notebook.viewer, stage=stage)
        if not (background or stage):
            self.check(batch, plan, before)
        return plan

    def check(self, batch: Run, plan: RestartPlan, before: Sequence[str]) -> None:
        """Check that a plan is what was done."""
        planned = [trial for trial in plan.trials if trial.number is not None and (trial.id or trial.fate is Fate.NEW)]
        ids, there = self.trial_ids(batch), {run.id for run in list_runs(self.notebook.context)}
        assert [trial.id or "new" for trial in planned] == [id_ if id_ in before else "new" for id_ in ids]
        for trial, made in zip(planned, self.trials(batch), strict=True):
            chosen = made.get("flags") if trial.reason.endswith("chooses its flags") else {}
            assert {**chosen, **trial.flags} == made.get("flags")
        assert set(ids) <= there
        assert self.links(batch) == set(ids)
        for trial in plan.trials:
            if trial.number is None:
                assert (trial.id in there) == (trial.fate is Fate.ORPHAN_KEPT)

    def trials(self, batch: Run) -> list[Run]:
        return [Run(self.notebook.context.home.run_dir(id_)) for id_ in self.trial_ids(batch)]

    def statuses(self, batch: Run) -> list[str]:
        return [str(trial.status) for trial in self.trials(batch)]

    @staticmethod
    def trial_ids(batch: Run) -> list[str]:
        return list(batch.get("trials") or [])

    @staticmethod
    def links(batch: Run) -> set[str]:
        return {path.name for path in Path(batch.path).iterdir() if is_run_id(path.name)}

    def ran(self, batch: Run) -> list[str]:
        """The ids of the trials that ran in the last attempt, by its output."""
        lines = (line.split() for line in batch.output.splitlines() if " Running trial " in line)
        return [words[4].rstrip(":") for words in lines]


@pytest.fixture
def batches(notebook) -> Batches:
    return Batches(notebook)


def fates(plan: RestartPlan) -> list[str]:
    """The words of a plan."""
    return [str(trial.fate) for trial in plan.trials]
