"""The restart of a batch, by a plan that is shown first."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.batch.asked.changed_trials import ChangedTrials
from guild_ipy.batch.batch_options import MAX_TRIALS, BatchOptions, read_options
from guild_ipy.batch.batch_preview import describe_extent
from guild_ipy.batch.batch_program import BATCH_MODULE, StartedBatch, write_label
from guild_ipy.batch.grid import Grid
from guild_ipy.batch.prototype import Prototype, write_grid
from guild_ipy.batch.restart_plan import Fate, PlannedTrial
from guild_ipy.batch.search.optuna_optimizer import check_installed
from guild_ipy.batch.search.search_options import check_optimizer, known_optimizer
from guild_ipy.batch.trial_queue import check_isolation
from guild_ipy.batch.trial_table import TrialTable
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.domain.program import BatchProgram
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.interrupts import HeldInterrupts
from guild_ipy.engine.meta import JobMeta, program_of, read_meta, require_meta
from guild_ipy.errors import RunStateError
from guild_ipy.launching.launch import LaunchOptions, get_ready, see_through
from guild_ipy.launching.restart import begin_again, stage_again
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Preview, Viewer
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.owners import check_changeable


@dataclass(frozen=True, kw_only=True)
class RestartPlan:
    """What a restart of a batch would do."""

    run: Run
    trials: tuple[PlannedTrial, ...]
    """The trials of the batch in their order, then orphans."""
    grid: Grid
    options: BatchOptions
    meta: JobMeta
    """Of the batch."""

    @property
    def table(self) -> TrialTable:
        """Its trials as a table."""
        return TrialTable(trials=self.trials, is_restart=True)

    def __str__(self) -> str:
        counts = Counter(trial.fate for trial in self.trials)
        return ", ".join(f"{counts[fate]:,} {fate}" for fate in Fate if counts[fate]) or "no trials"


def is_batch(run: Run) -> bool:
    """Whether a run is a batch that we made."""
    if not os.path.isdir(run.dir.proto):
        return False
    meta = read_meta(run.dir)
    return meta is not None and isinstance(meta.program, BatchProgram)


def plan_restart(session: Session, run: Run, flags: Mapping[str, Any], options: BatchOptions) -> RestartPlan:
    """Return what a restart with these flags in place of the recorded ones would do; nothing is changed.

    Raises
    ------
    RunStateError
        If the batch, or one of its trials, is at work.
    FlagError, UsageError
        For flags that the operation does not take.
    """
    if run.status.is_active:
        raise RunStateError(f"batch {run.short_id} is {run.status}; stop it first")
    meta = require_meta(run.dir)
    program = program_of(run.dir, meta, BatchProgram)
    prototype = Prototype(run.dir)
    recorded = prototype.read_grid(program.varied)
    options = options.after(read_options(run, program))
    if options.search.optimizer is not None:
        check_optimizer(options.search.optimizer)
        search = replace(options.search, optimizer=known_optimizer(options.search.optimizer))
        options = replace(options, search=search)
    check_installed(options.search.optimizer)
    grid = ChangedTrials(session, prototype, recorded).change(flags, options.trials)
    grid = grid.searched_by(options.search.optimizer)
    program = replace(program, varied=grid.varied, module=BATCH_MODULE, jobs=options.jobs or 1)
    batch = StartedBatch(session, run.dir, options)
    trials = batch.plan(grid)
    for trial in trials:
        if trial.status is RunStatus.RUNNING and trial.id is not None:
            short_id = trial.id[:SHORT_ID_LENGTH]
            raise RunStateError(f"trial {short_id} of batch {run.short_id} is running; stop it first")
    return RestartPlan(run=run, trials=trials, grid=grid, options=options, meta=replace(meta, program=program))


def plan_at_work(session: Session, run: Run) -> TrialTable:
    """Return the trials of a batch that is running, and what it does with each as far as it has not done it yet."""
    meta = require_meta(run.dir)
    program = program_of(run.dir, meta, BatchProgram)
    options = read_options(run, program)
    grid = Prototype(run.dir).read_grid(program.varied).searched_by(options.search.optimizer)
    return TrialTable(trials=StartedBatch(session, run.dir, options).plan(grid), is_restart=True)


def restart_batch(
    session: Session, plan: RestartPlan, launch: LaunchOptions, viewer: Viewer, *, stage: bool = False
) -> Run | None:
    """Do as planned, or with `stage` prepare it for a later start; None when the user declined.

    Raises
    ------
    RunError
        If the batch failed or was interrupted.
    """
    run = plan.run
    check_isolation(session, launch)
    check_changeable([run.dir])
    if not viewer.preview(_preview(session, plan, "stage" if stage else "restart")):
        return None
    if stage:
        stage_again(session, run, lambda: _write(plan, launch))
        viewer.ended(run)
        return run
    get_ready(session, launch, viewer)
    with HeldInterrupts() as interrupts:
        future = begin_again(session, run, launch, lambda: _write(plan, launch))
        return see_through(session, future, launch, viewer, interrupts)


def _write(plan: RestartPlan, launch: LaunchOptions) -> None:
    """Write what the process of the batch is to do."""
    run, proto = plan.run, Prototype(plan.run.dir)
    program = program_of(run.dir, plan.meta, BatchProgram)
    write_grid(proto.run.dir, proto.meta, plan.grid)
    write_attr(run.dir, "run_params", plan.options.recorded())
    if plan.options.max_trials is not None:
        write_attr(run.dir, MAX_TRIALS, plan.options.max_trials)
    meta = replace(plan.meta, program=replace(program, isolation=launch.isolation or program.isolation))
    write_label(run, meta, plan.grid)


def _preview(session: Session, plan: RestartPlan, verb: str) -> Preview:
    count = sum(trial.fate in {Fate.KEPT, Fate.NEW} for trial in plan.trials)
    operation = Prototype(plan.run.dir).run.operation
    return Preview(
        operation=f"batch {plan.run.operation}",
        flags=plan.grid.all_values,
        extent=describe_extent(session, plan.grid, operation, count, plan.options.jobs),
        notes=(f"trials: {plan}",),
        verb=verb,
    )
