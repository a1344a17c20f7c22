"""New batches: from what the user asks ``run`` for to a batch, its prototype and its process."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from functools import cached_property

from guild_ipy.batch.asked.asked_trials import AskedTrials, read_asked, record_asked
from guild_ipy.batch.batch_options import MAX_TRIALS, BatchOptions, Repeat
from guild_ipy.batch.batch_preview import describe_extent
from guild_ipy.batch.batch_program import BATCH_MODULE
from guild_ipy.batch.grid import Grid
from guild_ipy.batch.prototype import TRIALS, Prototype, write_prototype
from guild_ipy.batch.restart_batch import is_batch
from guild_ipy.batch.restart_plan import Fate, PlannedTrial, plan_later
from guild_ipy.batch.search.declared_search import declare_search
from guild_ipy.batch.search.optuna_optimizer import check_installed
from guild_ipy.batch.search.search_options import OBJECTIVE, RANDOM, guild_objective
from guild_ipy.batch.sequences import may_be_sequence
from guild_ipy.batch.trial_queue import check_isolation
from guild_ipy.batch.trial_table import TrialTable, list_trials_only
from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.domain.declarations.search_def import OptimizerDef
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.program import BatchProgram, QueueProgram
from guild_ipy.domain.run_spec import ProjectSource, RunSpec
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.interrupts import HeldInterrupts
from guild_ipy.engine.output.scalar_patterns import check_patterns
from guild_ipy.engine.run_files.prepare import prepare_run
from guild_ipy.errors import UsageError
from guild_ipy.launching.dependency_text import preview_lines
from guild_ipy.launching.launch import get_ready, let_run_begin, see_through
from guild_ipy.launching.needed import check_new_id, describe_earlier
from guild_ipy.launching.new_run import PlannedRun, RunRequest, bind_run, make_run, plan_run
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Preview, Viewer
from guild_ipy.settings import find_run_dir
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.guild_home import check_not_deleted, create_home

#: As Guild AI 0.9.0 writes it.
_OPREF = OpRef(type="builtin", package="guildai", version="0.9.0", name="+")


def asks_for_batch(session: Session, request: RunRequest, options: BatchOptions) -> bool:
    """Whether a request is for several runs.

    Raises
    ------
    OperationNotFound, FlagError
    UsageError
        For options that go with a batch alone, where it is for one run.
    """
    is_given = options.trials is not None or options.max_trials is not None or options.search.optimizer is not None
    if is_given or options.stage_trials or options.only_lists or _has_several_values(session, request):
        return True
    if options.given:
        raise UsageError(f"run: {options.given} goes with a batch; a flag with a list of values asks for one")
    return False


def _has_several_values(session: Session, request: RunRequest) -> bool:
    is_named = isinstance(request.operation, str | None)  # a Guild file may have a list as default
    if not is_named and not any(map(may_be_sequence, (*request.args, *request.flags.values()))):
        return False
    return read_asked(session, request, None).is_batch


def describe_trials(session: Session, request: RunRequest, options: BatchOptions) -> str:
    """Return how many trials a batch would have, without looking for the runs that they depend on: ``4 trials``.

    Raises
    ------
    OperationNotFound, FlagError, CannotSend, UsageError
        If it cannot be run.
    """
    check_patterns(request.spec.output_scalars)
    check_isolation(session, request.launch)
    asked = _read(session, request, options)
    planned = bind_run(session, asked.asked.first)
    return _finish(asked, planned, record_asked(session, planned, asked.asked, finds_runs=False)).extent


def run_batch(session: Session, request: RunRequest, options: BatchOptions, viewer: Viewer) -> Run | TrialTable | None:
    """Run all trials of a batch, and follow it to its end.

    Returns
    -------
    Run, TrialTable or None
        The run of the batch, or for a preview its trials; None when the user declined, or only listed the trials.

    Raises
    ------
    OperationNotFound, FlagError, CannotSend, UsageError, DependencyError
        Nothing has been made then.
    RunError
        If the batch failed or was interrupted.
    """
    _check(session, request)
    batch = _plan(session, request, options)
    options = batch.options
    if options.only_lists:
        list_trials_only(_table(batch), options, viewer)
        return None
    if request.needed and (earlier := _find_earlier(session, batch, request)) is not None:
        viewer.output(describe_earlier(earlier))
        return earlier
    agreed = viewer.preview(_preview(session, batch, request))
    if request.preview:
        return _table(batch)
    if not agreed:
        return None
    create_home(session.home)

    def write(run: Run) -> None:
        write_prototype(session.home, run.dir, batch.planned.spec, batch.grid)
        if options.max_trials is not None:
            write_attr(run.dir, MAX_TRIALS, options.max_trials)
        if options.search.optimizer is not None:
            write_attr(run.dir, OBJECTIVE, guild_objective(options.search.wanted[0]))
        request.made(run)

    making = replace(request, made=write)
    spec = _spec(session, batch, request) if batch.own is None else _own_spec(session, batch, batch.own)
    if request.stage:
        return _stage(session, spec, making, viewer)
    asked = time.time_ns() // 1000
    get_ready(session, request.launch, viewer)
    with HeldInterrupts() as interrupts:
        future = make_run(session, spec, making, interrupts, asked)
        let_run_begin(future, interrupts)
        return see_through(session, future, request.launch, viewer, interrupts)


@dataclass(frozen=True, kw_only=True)
class _PlannedBatch:
    """All that is known before anything is made."""

    planned: PlannedRun
    """Its first trial."""
    grid: Grid
    """With values as they are recorded."""
    options: BatchOptions
    """With what the operation declares."""
    own: OptimizerDef | None
    """The operation that sees to the trials, in place of ours."""

    @cached_property
    def count(self) -> int:
        """How many trials there are to be: no more than there are values, where each is drawn once."""
        limit = self.options.max_trials
        if self.grid.is_drawn and not self.options.search.is_adaptive and self.own is None:
            return sum(1 for _ in self.grid.rows(limit, seed=self.planned.spec.random_seed or 0))
        return self.grid.count(limit)

    @property
    def extent(self) -> str:
        """How many trials there are to be, or the operation that sees to them."""
        return f"{self.count:,} trial{'s' * (self.count != 1)}" if self.own is None else self.own.algorithm


def _check(session: Session, request: RunRequest) -> None:
    """Refuse options that a batch cannot have."""
    check_patterns(request.spec.output_scalars)
    check_not_deleted(session.home, find_run_dir())
    if request.run_id is not None:
        check_new_id(session.home, request.run_id)
    check_isolation(session, request.launch)
    if request.stage_dir is not None:
        raise UsageError("run: --stage-dir prepares one run in a folder, not a batch; --stage stages a batch")


@dataclass(frozen=True, kw_only=True)
class _AskedBatch:
    """A batch as it is asked for."""

    asked: AskedTrials
    options: BatchOptions
    """With what the operation declares."""
    own: OptimizerDef | None


def _plan(session: Session, request: RunRequest, options: BatchOptions) -> _PlannedBatch:
    batch = _read(session, request, options)
    planned = plan_run(session, batch.asked.first)
    if isinstance(planned.spec.program, QueueProgram):
        raise UsageError("run: there is no batch of queues; give each flag of a queue one value")
    if planned.unmet is not None:
        raise planned.unmet
    return _finish(batch, planned, record_asked(session, planned, batch.asked))


def _read(session: Session, request: RunRequest, options: BatchOptions) -> _AskedBatch:
    asked = read_asked(session, request, options.trials)
    declared = declare_search(asked.operation, options.search, session.search_context)
    is_drawn = bool(asked.spaces) or declared.options.optimizer is not None
    most = options.max_trials or (declared.most_trials if is_drawn else None)
    options = replace(options, search=declared.options, max_trials=most)
    check_installed(options.search.optimizer)
    if options.search.optimizer is None:
        asked.count(options.max_trials)
    return _AskedBatch(asked=asked, options=options, own=declared.own)


def _finish(batch: _AskedBatch, planned: PlannedRun, recorded: Grid) -> _PlannedBatch:
    search = batch.options.search
    grid = recorded.searched_by(search.optimizer)
    if search.is_adaptive and not grid.varied:
        raise UsageError(f"optimizer {search.optimizer} has nothing to choose; give a flag a space: x=[0:1]")
    return _PlannedBatch(planned=planned, grid=grid, options=batch.options, own=batch.own)


def _table(batch: _PlannedBatch) -> TrialTable:
    spec, options = batch.planned.spec, batch.options
    if options.search.is_adaptive or batch.own is not None:
        fixed = {name: value for name, value in spec.flags.items() if name not in batch.grid.varied}
        return TrialTable(trials=tuple(plan_later(fixed, range(batch.count), Repeat.ALL, "")))
    rows = batch.grid.rows(options.max_trials, seed=spec.random_seed or 0)
    return TrialTable(
        trials=tuple(
            PlannedTrial(fate=Fate.NEW, flags={**spec.flags, **row}, reason="", number=number)
            for number, row in enumerate(rows)
        )
    )


def _preview(session: Session, batch: _PlannedBatch, request: RunRequest) -> Preview:
    spec, grid, options = batch.planned.spec, batch.grid, batch.options
    return Preview(
        operation=f"{spec.opref.display_name} as a batch of {batch.extent}",
        flags={**spec.flags, **grid.all_values},
        objects=batch.planned.template.bound.objects,
        extent=describe_extent(session, grid, spec.opref.display_name, batch.count, options.jobs),
        dependencies=preview_lines(batch.planned.resolution),
        notes=(*batch.planned.notes, *batch.planned.resolution.notes),
        verb="stage" if request.stage else "run",
        is_all=request.preview,
    )


def _own_spec(session: Session, batch: _PlannedBatch, own: OptimizerDef) -> RunSpec:
    """Describe the run of an operation that sees to the trials by itself: it finds their prototype in its directory."""
    planned = plan_run(session, RunRequest(operation=own.algorithm, flags=own.flags))
    if planned.unmet is not None:
        raise planned.unmet
    return replace(
        planned.spec,
        label=batch.grid.label,
        random_seed=batch.planned.spec.random_seed,
        run_params=batch.options.recorded(),
    )


def _spec(session: Session, batch: _PlannedBatch, request: RunRequest) -> RunSpec:
    """Describe the run of the batch itself."""
    first, grid, options = batch.planned.spec, batch.grid, batch.options
    program = BatchProgram(
        varied=grid.varied,
        packages=session.engine.modules,
        module=BATCH_MODULE,
        isolation=request.launch.isolation,
    )
    return RunSpec(
        opref=_opref(batch.grid, options),
        program=options.in_program(program),
        source=ProjectSource(dest="."),
        flags={},
        label=grid.label,
        random_seed=first.random_seed,
        output_scalars=(),
        project_dir=first.project_dir,
        origin=first.origin,
        import_path=first.import_path,
        env=first.env,
        run_params=options.recorded(),
    )


def _opref(grid: Grid, options: BatchOptions) -> OpRef:
    """Return the operation of a batch; the names of those that Guild AI has are its own."""
    if options.search.is_adaptive:
        return replace(_OPREF, name=options.search.optimizer or "")
    return replace(_OPREF, model="skopt", name=RANDOM) if grid.is_drawn else _OPREF


def _find_earlier(session: Session, batch: _PlannedBatch, request: RunRequest) -> Run | None:
    """Return the newest batch that has made these very trials, unless it failed."""
    options = batch.options
    for record in session.index.records(EVERY):
        run = Run(record.dir, record)
        if record.opref != _opref(batch.grid, options) or record.status is not RunStatus.COMPLETED or not is_batch(run):
            continue
        earlier = BatchOptions.parse(run.get("run_params"))
        seed = request.spec.random_seed
        if (
            Prototype(run.dir).has(batch.planned.spec, batch.grid)
            and _is_all_there(session, run)
            and (earlier.max_trials, earlier.stage_trials) == (options.max_trials, options.stage_trials)
            and earlier.search == options.search
            and seed in {None, run.get("random_seed")}
        ):
            return run
    return None


def _is_all_there(session: Session, batch: Run) -> bool:
    """Whether all trials of a batch are there, and have completed."""
    ids = batch.get(TRIALS)
    trials = [Run(session.home.run_dir(id_)) for id_ in ids] if isinstance(ids, list) else []
    return bool(trials) and all(trial.status is RunStatus.COMPLETED for trial in trials)


def _stage(session: Session, spec: RunSpec, request: RunRequest, viewer: Viewer) -> Run:
    run_dir, alive = prepare_run(session.home, spec, id=request.run_id, staged=True)
    os.close(alive)
    run = Run(run_dir)
    request.made(run)
    viewer.ended(run)
    return run
