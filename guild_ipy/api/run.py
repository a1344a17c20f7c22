"""``run``: run a function, a cell or a script as an isolated run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from guild_ipy.api.context import Context
from guild_ipy.api.handle import Run
from guild_ipy.api.launch import LaunchOptions, RunPlan, ask_for_process, get_ready, let_go, see_through
from guild_ipy.api.viewer import Preview, Viewer
from guild_ipy.domain.run_spec import NotebookProgram, Program, RunSpec
from guild_ipy.engine.executors import StartedRun
from guild_ipy.engine.interrupts import HeldInterrupts
from guild_ipy.engine.output_scalars import check_patterns
from guild_ipy.engine.prepare import fill_run_dir, job_meta, make_run_dir, prepare_run
from guild_ipy.operations.guildfile.lookup import note_hidden
from guild_ipy.operations.resolve import (
    Resolved,
    SpecOptions,
    Surroundings,
    find_operation,
    python_import_path,
    resolve,
)
from guild_ipy.store.home import create_home

_MEGABYTE = 2**20


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What a user asks to be run."""

    operation: Any
    """A callable, a name, a path, or a :class:`~guild_ipy.operations.cell.CellOperation`; None for the default one."""
    args: tuple[Any, ...] = ()
    flags: Mapping[str, Any] = field(default_factory=dict)
    """By name; objects that are no flag values travel along. Text as typed is a
    :class:`~guild_ipy.operations.flags.FlagText`."""
    spec: SpecOptions = field(default_factory=SpecOptions)
    launch: LaunchOptions = field(default_factory=LaunchOptions)
    stage: bool = False
    """Prepare the run, and stop there."""
    preview_only: bool = False


def run(context: Context, request: RunRequest, viewer: Viewer) -> Run | None:
    """Run an operation and follow it to its end.

    Returns
    -------
    Run or None
        None when the user declined, or only looked at the preview.

    Raises
    ------
    OperationNotFound, FlagError, CannotSend, UsageError
        Nothing has been made then.
    RunError
        If the run failed or was interrupted; it carries the run.
    """
    check_patterns(request.spec.output_scalars)
    surroundings = surroundings_of(context)
    operation = find_operation(request.operation, surroundings)
    resolved = resolve(operation, request.args, request.flags, request.spec, surroundings)
    if isinstance(request.operation, str) and callable(operation):
        hidden = note_hidden(request.operation, surroundings.notebook.project_dir)
        resolved = replace(resolved, notes=(*hidden, *resolved.notes))
    if not viewer.preview(_preview(context, resolved, stage=request.stage)) or request.preview_only:
        return None
    create_home(context.home)
    if request.stage:
        return _stage(context, resolved.spec, viewer)
    get_ready(context, request.launch)
    with HeldInterrupts() as interrupts:
        started = _make(context, resolved.spec, request.launch)
        let_go(started, interrupts)
        return see_through(context, started, request.launch, viewer, interrupts)


def _stage(context: Context, spec: RunSpec, viewer: Viewer) -> Run:
    with HeldInterrupts():
        run_dir, alive = prepare_run(context.home, spec, staged=True)
        os.close(alive)
    made = Run(run_dir)
    viewer.ended(made)
    return made


def _make(context: Context, spec: RunSpec, options: LaunchOptions) -> StartedRun:
    """Make the run; a process makes itself ready for it while its files are written."""
    meta = job_meta(spec)
    run_dir, alive = make_run_dir(context.home)
    try:
        plan = RunPlan(run_dir=run_dir, opref=spec.opref, meta=meta, env=spec.env)
        started = ask_for_process(context, plan, alive, options)
    except BaseException:
        shutil.rmtree(run_dir.path, ignore_errors=True)
        os.close(alive)
        raise
    os.sched_yield()  # where the supervisor was woken on this very processor, it would wait until all files are written
    try:
        fill_run_dir(context.home, run_dir, spec, meta)
    except BaseException:
        started.call_off()
        shutil.rmtree(run_dir.path, ignore_errors=True)
        raise
    return started


def surroundings_of(context: Context) -> Surroundings:
    """Give where operations are looked for in this session."""
    notebook, home = context.notebook, context.home
    return Surroundings(
        notebook=notebook,
        env=dict(os.environ),
        import_path=python_import_path(notebook.project_dir),
        excluded_dirs=(home.path, home.runs, home.path + "/trash", home.path + "/cache"),
        source_cache=context.source_cache,
    )


def _preview(context: Context, resolved: Resolved, *, stage: bool) -> Preview:
    spec = resolved.spec
    notes = list(resolved.notes)
    size = _payload_size(spec.program)
    if size > context.settings.payload_warning:
        notes.append(
            f"{size / _MEGABYTE:.0f} MiB of notebook variables travel to the run; pass a file name in their place"
        )
    return Preview(
        operation=spec.opref.display_name,
        flags=spec.flags,
        objects=resolved.objects,
        notes=tuple(notes),
        verb="stage" if stage else "run",
    )


def _payload_size(program: Program) -> int:
    if not isinstance(program, NotebookProgram):
        return 0
    return len(program.payload) + sum(buffer.nbytes for buffer in program.buffers)
