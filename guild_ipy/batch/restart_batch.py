"""The restart of a batch, by a plan that is shown first."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
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
from guild_ipy.batch.sequences import may_be_sequence
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
from guild_ipy.launching.todays_source.forced_source import ForcedSource
from guild_ipy.launching.todays_source.todays_program import TodaysProgram, open_todays_program
from guild_ipy.operations.dependencies.given_dependencies import split_given
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Preview, Viewer
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.owners import check_changeable
from guild_ipy.store.state.replaced_files import put_back_replaced
from guild_ipy.store.used_runs.deps import DEPENDENCIES, DEPS


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
    program: TodaysProgram | None = None
    """The program of its trials with the source of today; None keeps the one that they have."""

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


@contextmanager
def open_todays_prototype(
    session: Session, run: Run, flags: Mapping[str, Any], forced: ForcedSource
) -> Iterator[TodaysProgram]:
    """Make the prototype of a batch anew, of the source of today; see `open_todays_program`.

    `flags` are those that are given: the ones among them that are new to the operation and have one value.
    """
    check_changeable([run.dir])
    put_back_replaced(run.dir)
    program = program_of(run.dir, require_meta(run.dir), BatchProgram)
    prototype = Prototype(run.dir)
    grid = prototype.read_grid(program.varied)
    _, own = split_given(prototype.requires, flags, frozenset())
    more = {
        name: value for name, value in own.items() if name not in prototype.meta.flags and not may_be_sequence(value)
    }
    first = prototype.trial(next(iter(grid.rows(1, seed=0)))).meta
    with open_todays_program(session, prototype.run, first, forced, more_flags=more, named=run) as made:
        for name in (DEPS, DEPENDENCIES):
            if (value := prototype.run.get(name)) is not None:
                write_attr(made.made, name, value)
        write_grid(made.made, made.meta, grid)
        yield made


def plan_restart(
    session: Session,
    run: Run,
    flags: Mapping[str, Any],
    options: BatchOptions,
    made: TodaysProgram | None = None,
) -> RestartPlan:
    """Return what a restart with these flags in place of the recorded ones would do; nothing is changed.

    `made` is the program of its trials with the source of today, if they are to get that.

    Raises
    ------
    RunStateError
        If the batch, or one of its trials, is at work.
    FlagError, UsageError
        For flags that the operation does not take.
    """
    if run.status.is_active:
        raise RunStateError(f"batch {run.short_id} is {run.status}; stop it first")
    put_back_replaced(run.dir)
    meta = require_meta(run.dir)
    program = program_of(run.dir, meta, BatchProgram)
    recorded = Prototype(run.dir).read_grid(program.varied)
    prototype = Prototype(run.dir, made.made if made is not None else None)
    options = options.after(read_options(run, program))
    if options.search.optimizer is not None:
        check_optimizer(options.search.optimizer)
        search = replace(options.search, optimizer=known_optimizer(options.search.optimizer))
        options = replace(options, search=search)
    check_installed(options.search.optimizer)
    grid = ChangedTrials(session, prototype, recorded).change(flags, options.trials)
    grid = grid.searched_by(options.search.optimizer)
    program = options.in_program(replace(program, varied=grid.varied, module=BATCH_MODULE))
    batch = StartedBatch(session, run.dir, options, prototype)
    trials = batch.plan(grid)
    if made is not None:
        trials = tuple(map(_keeping_source, trials))
    for trial in trials:
        if trial.status is RunStatus.RUNNING and trial.id is not None:
            short_id = trial.id[:SHORT_ID_LENGTH]
            raise RunStateError(f"trial {short_id} of batch {run.short_id} is running; stop it first")
    meta = replace(meta, program=program)
    return RestartPlan(run=run, trials=trials, grid=grid, options=options, meta=meta, program=made)


def _keeping_source(trial: PlannedTrial) -> PlannedTrial:
    """Say of a trial that does not run that it does not get the source of today."""
    return replace(trial, reason=f"{trial.reason}; its source stays") if trial.fate is Fate.SKIPPED else trial


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
        stage_again(session, run, partial(_write, plan, launch))
        viewer.ended(run)
        return run
    get_ready(session, launch, viewer)
    with HeldInterrupts() as interrupts:
        future = begin_again(session, run, launch, partial(_write, plan, launch))
        return see_through(session, future, launch, viewer, interrupts)


def _write(plan: RestartPlan, launch: LaunchOptions) -> None:
    """Write what the process of the batch is to do."""
    if plan.program is not None:
        plan.program.put_in_place()
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
        notes=(*(() if plan.program is None else plan.program.lines), f"trials: {plan}"),
        verb=verb,
    )
