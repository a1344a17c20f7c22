"""New runs: from what the user asks ``run`` for to a run directory and its process."""

from __future__ import annotations

import os
import shlex
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency, Source
from guild_ipy.domain.declarations.step_def import Step
from guild_ipy.domain.program import StepsProgram
from guild_ipy.domain.run_spec import RunSpec
from guild_ipy.domain.values.flags import Flags
from guild_ipy.engine.executors import RunFuture
from guild_ipy.engine.interrupts import HeldInterrupts
from guild_ipy.engine.output.scalar_patterns import check_patterns
from guild_ipy.engine.run_files.job_files import job_meta
from guild_ipy.engine.run_files.prepare import fill_run_dir, make_run_dir, prepare_in_folder, prepare_run
from guild_ipy.errors import DependencyError, RunError, UsageError
from guild_ipy.launching.dependency_text import describe_resolving, explain_lines, preview_lines
from guild_ipy.launching.found_dependencies import DependencyChoice, find_dependencies, leave_failed_run, unmet_message
from guild_ipy.launching.launch import (
    PIPELINE_MODULE,
    LaunchOptions,
    RunPlan,
    ask_for_process,
    get_ready,
    let_run_begin,
    see_through,
)
from guild_ipy.launching.needed import check_new_id, describe_earlier, find_earlier
from guild_ipy.operations.dependencies.given_dependencies import (
    default_paths,
    naming_dependencies,
    split_given,
    tied_paths,
)
from guild_ipy.operations.dependencies.resolve import NOTHING_REQUIRED, Resolution
from guild_ipy.operations.find_operation import find_operation
from guild_ipy.operations.functions.function import FunctionOperation
from guild_ipy.operations.functions.function_name import check_given_name
from guild_ipy.operations.given_files import require_files
from guild_ipy.operations.guildfile.lookup import note_hidden
from guild_ipy.operations.operation import Operation, Template
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.here import find_here
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Preview, Viewer
from guild_ipy.settings import find_run_dir
from guild_ipy.store.guild_home import check_not_deleted, create_home

_MEGABYTE = 2**20


PlanSteps = Callable[[Session, Sequence[Step], Flags], tuple[str, ...]]
"""Returns a line on each step of a pipeline with these flags, for the preview.

GuildFileError for a step that cannot be run.
"""


def no_plan(session: Session, steps: Sequence[Step], flags: Flags) -> tuple[str, ...]:  # noqa: ARG001 - as `PlanSteps`
    """Look at nothing: each step is checked when its turn comes."""
    return ()


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What a user asks to be run."""

    operation: Any
    """A callable, a name, a path, or a :class:`~guild_ipy.operations.functions.cell.CellOperation`; None for the
    default one."""
    args: tuple[Any, ...] = ()
    """Arguments by position; only Python calls have them."""
    flags: Mapping[str, Any] = field(default_factory=dict)
    """By name; objects that are not flag values travel along. Text as typed is a
    :class:`~guild_ipy.operations.flag_values.typed_text.FlagText`."""
    spec: SpecOptions = field(default_factory=SpecOptions)
    launch: LaunchOptions = field(default_factory=LaunchOptions)
    stage: bool = False
    """Prepare the run, and stop there."""
    stage_dir: str | None = None
    """Prepare the run in this folder in place of Guild home, and stop there."""
    needed: bool = False
    """Run nothing where a run of the operation with these flags is there."""
    force_deps: bool = False
    """Use the runs that are given for dependencies, whatever they are."""
    preview: bool = False
    """Show what would be run, and run nothing."""
    run_id: str | None = None
    """The id of the run; None makes one."""
    preferred: tuple[str, ...] = ()
    """Ids of runs that dependencies use before all others: those of the same pipeline."""
    made: Callable[[Run], object] = lambda _: None
    """Is told of the run as soon as it has a directory, which need not be filled yet."""
    plan_steps: PlanSteps = no_plan
    """Looks at the steps of a pipeline before anything is made; the layer that knows pipelines and batches gives it."""


def run(session: Session, request: RunRequest, viewer: Viewer) -> Run | None:
    """Run an operation and follow it to its end.

    Returns
    -------
    Run or None
        None when the user declined, or only looked at the preview.

    Raises
    ------
    OperationNotFound, FlagError, CannotSend, UsageError, DependencyError
        Nothing has been made then.
    RunError
        If the run failed or was interrupted; it carries the run. That is also the case where an operation that it
        requires has no run to use: the attempt is on record.
    """
    check_patterns(request.spec.output_scalars)
    check_not_deleted(session.home, find_run_dir())
    if request.run_id is not None:
        check_new_id(session.home, request.run_id)
    planned = plan_run(session, request)
    if request.needed and (earlier := find_earlier(session, planned.spec)) is not None:
        viewer.output(describe_earlier(earlier))
        return earlier
    if planned.unmet is not None and not request.preview and (request.stage or not planned.unmet.lacks_run):
        raise planned.unmet  # a staged run would wait for nothing
    if not viewer.preview(_preview(session, planned, request)) or request.preview:
        return None
    check_not_deleted(session.home, find_run_dir())  # since then
    create_home(session.home)
    if planned.unmet is not None:
        raise _fail(session, planned, request, viewer)
    if planned.resolution.dependencies:
        viewer.output(describe_resolving(planned.resolution))
    if request.stage_dir is not None:
        return _stage_in_folder(session, planned.spec, request.stage_dir, viewer)
    if request.stage:
        return _stage(session, planned.spec, request, viewer)
    asked = time.time_ns() // 1000
    get_ready(session, request.launch, viewer)
    with HeldInterrupts() as interrupts:
        future = make_run(session, planned.spec, request, interrupts, asked)
        let_run_begin(future, interrupts)
        return see_through(session, future, request.launch, viewer, interrupts)


@dataclass(frozen=True, kw_only=True)
class PlannedRun:
    """All that is known before anything is made."""

    template: Template
    flags: Mapping[str, Any]
    """The flags that were given, without what was given for dependencies."""
    requires: tuple[Dependency, ...] = ()
    given: Mapping[Source, Any] = field(default_factory=dict)
    """What was given for dependencies."""
    spec: RunSpec
    notes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    """A line on each step of a pipeline."""
    resolution: Resolution = NOTHING_REQUIRED
    unmet: DependencyError | None = None


def plan_run(session: Session, request: RunRequest) -> PlannedRun:
    """Find out all that can be known before anything is made.

    Raises
    ------
    OperationNotFound, FlagError, CannotSend, UsageError, DependencyError
    """
    return _resolve(session, request, bind_run(session, request))


def bind_run(session: Session, request: RunRequest) -> PlannedRun:
    """Find out what can be known without looking at the runs that it depends on.

    Raises
    ------
    OperationNotFound, FlagError, CannotSend, UsageError
    """
    context = session.search_context
    operation = find_operation(request.operation, context)
    requires = requires_of(operation, request, context)
    own_flags = frozenset(flag.name for flag in operation.flags) if requires else frozenset()
    given, flags = split_given(requires, request.flags, own_flags)
    check_given_name(request.spec.op_name, operation.kind)
    with naming_dependencies(requires):
        template = operation.template(request.args, flags, request.spec, context)
        spec = template.spec(request.spec)
        if paths := default_paths(requires, spec.flags):
            spec = template.spec(request.spec, {**flags, **paths})
    steps: tuple[str, ...] = ()
    if isinstance(spec.program, StepsProgram):
        _refuse_files(request)
        steps = request.plan_steps(session, spec.program.steps, spec.flags)
        spec = replace(spec, program=replace(spec.program, module=PIPELINE_MODULE))
    spec = replace(spec, origin=find_here(context.notebook))
    notes = template.notes
    if isinstance(operation, FunctionOperation) and operation.word:
        notes = (*note_hidden(operation.word, context.notebook.project_dir), *notes)
    if requires:
        spec = replace(spec, requires=requires)
    return PlannedRun(
        template=template, flags=flags, spec=spec, notes=notes, requires=requires, given=given, steps=steps
    )


def _resolve(session: Session, request: RunRequest, planned: PlannedRun) -> PlannedRun:
    requires, given, spec = planned.requires, planned.given, planned.spec
    try:
        tied = tied_paths(requires, spec.flags)
        choice = DependencyChoice(
            given={**tied, **given}, force=request.force_deps, preferred=request.preferred, awaits=request.stage
        )
        resolution = find_dependencies(session, requires, spec.flags, choice)
    except DependencyError as error:
        if given:  # a user's mistake, of which nothing is left
            raise
        return replace(planned, unmet=error)
    if resolution.dependencies:
        spec = replace(spec, dependencies=resolution.dependencies)
    return replace(planned, spec=spec, resolution=resolution)


def requires_of(operation: Operation, request: RunRequest, context: SearchContext) -> tuple[Dependency, ...]:
    """Return what an operation requires, and the files that the request adds; UsageError for one that is not there."""
    files = require_files(request.spec.files, context.notebook.project_dir, operation.folder)
    return (*operation.requires, *files)


def _refuse_files(request: RunRequest) -> None:
    if request.spec.files:
        raise UsageError(
            "run: --file brings files to one run, and a pipeline has a run for each step; say it with requires there"
        )


def _fail(session: Session, planned: PlannedRun, request: RunRequest, viewer: Viewer) -> Exception:
    """Leave a run behind that says what is missing."""
    assert planned.unmet is not None
    viewer.output(f"Resolving {planned.unmet.dependency} dependency\n")
    made = leave_failed_run(session, planned.spec, planned.unmet)
    request.made(made)
    viewer.ended(made)
    return RunError(unmet_message(planned.unmet), run=made, exception=planned.unmet)


def _stage(session: Session, spec: RunSpec, request: RunRequest, viewer: Viewer) -> Run:
    with HeldInterrupts() as interrupts:
        home, id_ = session.home, request.run_id
        run_dir, alive = prepare_run(home, spec, id=id_, staged=True, copying=interrupts.passing)
        os.close(alive)
        made = Run(run_dir)
        request.made(made)
    viewer.ended(made)
    return made


def _stage_in_folder(session: Session, spec: RunSpec, folder: str, viewer: Viewer) -> Run:
    with HeldInterrupts() as interrupts:
        run_dir = prepare_in_folder(session.home, spec, os.path.abspath(folder), copying=interrupts.passing)
    main = shlex.quote(os.path.join(folder, os.path.relpath(run_dir.main, run_dir.path)))
    viewer.output(f"{spec.opref.display_name} staged in {folder!r}; start it with `python {main}`\n")
    return Run(run_dir)


def make_run(session: Session, spec: RunSpec, request: RunRequest, interrupts: HeldInterrupts, asked: int) -> RunFuture:
    """Make a run; a process makes itself ready for it while its files are written.

    Raises
    ------
    StoreError, EngineError
        Nothing of it stays.
    """
    meta, home = job_meta(spec), session.home
    run_dir, alive = make_run_dir(home, request.run_id)
    try:
        request.made(Run(run_dir))
        plan = RunPlan(run_dir=run_dir, opref=spec.opref, meta=meta, env=spec.env, asked=asked)
        future = ask_for_process(session, plan, alive, request.launch)
    except BaseException:
        shutil.rmtree(run_dir.path, ignore_errors=True)
        os.close(alive)
        raise
    try:
        fill_run_dir(home, run_dir, spec, meta, copying=interrupts.passing, open_program=future.open_program)
    except BaseException:
        future.cancel()
        shutil.rmtree(run_dir.path, ignore_errors=True)
        raise
    return future


def _preview(session: Session, planned: PlannedRun, request: RunRequest) -> Preview:
    spec, resolution = planned.spec, planned.resolution
    notes = [*planned.notes, *resolution.notes]
    size = 0 if spec.packed is None else spec.packed.size
    if size > session.settings.payload_warning:
        notes.append(
            f"{size / _MEGABYTE:.0f} MiB of notebook variables travel to the run; pass a file name in their place"
        )
    return Preview(
        operation=spec.opref.display_name,
        flags=spec.flags,
        objects=planned.template.bound.objects + planned.steps,
        dependencies=preview_lines(resolution) + (explain_lines(session, resolution) if request.preview else ()),
        notes=tuple(notes),
        unmet="" if planned.unmet is None else _describe_unmet(planned.unmet, stage=request.stage),
        verb="stage" if request.stage else "run",
        is_all=request.preview,
    )


def _describe_unmet(unmet: DependencyError, *, stage: bool) -> str:
    """Say what is missing, and what comes of it where the user goes on all the same."""
    is_recorded = unmet.lacks_run and not stage
    return f"{unmet}; {'the attempt will be on record as a run with status error' if is_recorded else 'it cannot run'}"
