"""The start of a staged run, and the restart of any run: in its directory, under the same id."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.program import StepsProgram
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.child.beginning import REQUESTED
from guild_ipy.engine.executors import RunFuture
from guild_ipy.engine.interrupts import HeldInterrupts
from guild_ipy.engine.meta import JobMeta, differing_flags
from guild_ipy.engine.output.unread_metrics import UNREAD_METRIC
from guild_ipy.errors import RunStateError
from guild_ipy.launching.changed_flags import change_flags, write_changes
from guild_ipy.launching.dependency_text import describe_resolving, preview_lines
from guild_ipy.launching.guild_runs import read_program
from guild_ipy.launching.launch import LaunchOptions, ask_again, get_ready, let_run_begin, see_through
from guild_ipy.launching.restart_dependencies import (
    ChangedChoice,
    check_no_cycle,
    read_requires,
    recorded_dependency_flags,
    recorded_notes,
    replace_dependencies,
    resolve_again,
)
from guild_ipy.launching.todays_source.forced_source import ForcedSource
from guild_ipy.operations.dependencies.given_dependencies import naming_dependencies, split_given
from guild_ipy.operations.dependencies.resolve import NOTHING_REQUIRED, Resolution
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Preview, Viewer
from guild_ipy.settings import has_variable
from guild_ipy.store.claim import claim_run, release_run, release_trial
from guild_ipy.store.displays.display_log import list_display_files
from guild_ipy.store.events.events import find_output_event_files
from guild_ipy.store.files.attrs import delete_attr, write_attr
from guild_ipy.store.owners import check_changeable
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.error_line import ERROR
from guild_ipy.store.state.markers import is_waiting, remove_marker, set_waiting
from guild_ipy.store.state.replaced_files import put_back_replaced
from guild_ipy.store.state.signals import PRUNED, STOP_SIGNAL

if TYPE_CHECKING:
    from guild_ipy.launching.todays_source.todays_program import TodaysProgram

_NEEDS_NO_RESTART = frozenset({RunStatus.COMPLETED, RunStatus.TERMINATED, RunStatus.RUNNING})


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a restart changes."""

    flags: Mapping[str, Any] = field(default_factory=dict)
    """Values in place of the recorded ones."""
    stage: bool = False
    """Prepare the run, and stop there."""
    reselect: bool = False
    """Choose the runs that it depends on anew; else those of the last time are used."""
    force_deps: bool = False
    """Use the runs that are given for dependencies, whatever they are."""
    needed: bool = False
    """Run nothing where it has not failed, and nothing changes."""
    preferred: tuple[str, ...] = ()
    """Ids of runs that dependencies use before all others, where they are chosen anew."""
    source: ForcedSource | None = None
    """Take the source of today; None keeps that of the first time."""


def start(session: Session, run: Run, options: LaunchOptions, viewer: Viewer) -> Run | None:
    """Start a staged run; None when the user declined.

    Raises
    ------
    RunStateError
        If it is not staged, or was made by Guild AI in a way that only that can start.
    RunError
        If the run failed or was interrupted.
    """
    status = run.status
    if status is not RunStatus.STAGED:
        raise RunStateError(f"run {run.short_id} is {status}, not staged; run it again with --restart {run.short_id}")
    check_changeable([run.dir])
    put_back_replaced(run.dir)
    meta = change_flags(read_program(run), run, {})
    requires = read_requires(run)
    resolution = resolve_again(session, run, requires, meta, ChangedChoice())
    attempt = _Attempt(run=run, meta=meta, verb="start", requires=requires, resolution=resolution)
    return _start(session, attempt, options, viewer)


def restart(session: Session, run: Run, change: Change, options: LaunchOptions, viewer: Viewer) -> Run | None:
    """Run a directory again: same id, same seed, same source; its output, scalars and result are new.

    With `source` in `change` it gets the source of today.

    Raises
    ------
    RunStateError
        If it is running, or was made by Guild AI in a way that only that can repeat; or if its operation is gone whose
        source of today it shall take.
    FlagError
        For a flag that the operation does not take. Nothing has been changed then.
    RunError
        If the run failed or was interrupted.
    """
    if change.source is None:
        if change.needed and not change.reselect and not _needs_restart(run, change.flags):
            return _run_nothing(run, viewer)
        check_changeable([run.dir])
        put_back_replaced(run.dir)
        return _start(session, _plan(session, run, change), options, viewer)
    from guild_ipy.launching.todays_source.todays_program import open_todays_program  # start-up cost: few restarts ask

    check_changeable([run.dir])
    put_back_replaced(run.dir)
    before = read_program(run)
    _, flags = split_given(read_requires(run), change.flags, frozenset())
    more = {name: value for name, value in flags.items() if name not in before.flags}
    with open_todays_program(session, run, before, change.source, more_flags=more) as program:
        others = {name: value for name, value in change.flags.items() if name not in more}
        if change.needed and not change.reselect and not program.differs and not _needs_restart(run, others):
            return _run_nothing(run, viewer, "the source and the flags")
        return _start(session, _plan(session, run, replace(change, flags=others), program), options, viewer)


def _needs_restart(run: Run, flags: Mapping[str, Any]) -> bool:
    return run.status not in _NEEDS_NO_RESTART or would_change(run, flags)


def _run_nothing(run: Run, viewer: Viewer, same: str = "the flags") -> Run:
    viewer.output(f"Nothing is run: {same} of {run.operation} {run.short_id} are what they were\n")
    return run


def _plan(session: Session, run: Run, change: Change, program: TodaysProgram | None = None) -> _Attempt:
    """Find out all that a restart needs, before anything is changed."""
    before = read_program(run)
    meta = before if program is None else program.meta
    requires = read_requires(run)
    given, flags = split_given(requires, change.flags, frozenset(flag.name for flag in meta.flag_defs))
    with naming_dependencies(requires):
        meta = change_flags(meta, run, flags, None if program is None else program.interface)
    choice = ChangedChoice(
        given=given,
        reselect=change.reselect,
        force=change.force_deps,
        preferred=change.preferred,
        awaits=change.stage,
    )
    resolution = resolve_again(session, run, requires, replace(meta, made_for=before.made_for), choice)
    if resolution is not None and change.stage:
        check_no_cycle(session, run, resolution)
    verb = "stage" if change.stage else "restart"
    needed = change.needed if isinstance(meta.program, StepsProgram) else None
    return _Attempt(
        run=run, meta=meta, verb=verb, requires=requires, resolution=resolution, program=program, needed=needed
    )


def begin_again(  # noqa: PLR0913 - a start, and how
    session: Session,
    run: Run,
    options: LaunchOptions,
    write: Callable[[], JobMeta | None] = lambda: None,
    *,
    takes_again: bool = False,
    only_waiting: bool = False,
) -> RunFuture:
    """Start a run again as it is, without following it; it has no preview, and nothing is shown.

    `write` changes its directory, when no other process can start it any more; it returns the ``meta.json`` that it has
    written, or None. With `takes_again` it gets the files anew of the runs that it depends on; with `only_waiting` it
    is started only if it is staged, or a trial that waits.

    Raises
    ------
    RunStateError
        If it is at work, or was to wait and does not.
    EngineError, DependencyError
        If it cannot be started; it is as it was.
    """
    put_back_replaced(run.dir)
    requires = read_requires(run)
    meta = change_flags(read_program(run), run, {})
    resolution = resolve_again(session, run, requires, meta, ChangedChoice(takes_again=takes_again))
    attempt = _Attempt(run=run, meta=meta, verb="restart", requires=requires, resolution=resolution)
    _check_startable(attempt)
    with HeldInterrupts() as interrupts:
        asked = time.time_ns() // 1000
        future = _begin(session, attempt, options, interrupts, asked=asked, write=write, only_waiting=only_waiting)
        assert future is not None, "it is not staged"
        let_run_begin(future, interrupts)
        return future


def would_change(run: Run, flags: Mapping[str, Any]) -> bool:
    """Whether a restart with these flags would be one with other flags, or other runs to depend on.

    Raises
    ------
    RunStateError
        If it was made by Guild AI in a way that only that can repeat.
    FlagError
        For a flag that the operation does not take.
    """
    meta, requires = read_program(run), read_requires(run)
    given, own = split_given(requires, flags, frozenset(flag.name for flag in meta.flag_defs))
    recorded = recorded_dependency_flags(run, requires)
    used = {source: [str(recorded[name]) for name in source.flag_names if name in recorded] for source in given}
    is_same = all(any(each.startswith(str(value)) for each in used[source]) for source, value in given.items())
    return not is_same or bool(differing_flags(meta) or differing_flags(change_flags(meta, run, own)))


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    """A run that is about to be started again, and how."""

    run: Run
    meta: JobMeta
    verb: str
    requires: tuple[Dependency, ...]
    resolution: Resolution | None = None
    """What its dependencies are now; None if they stay as they are."""
    program: TodaysProgram | None = None
    """Its program with the source of today; None keeps the one that it has."""
    needed: bool | None = None
    """Of a pipeline: whether trials of its batches that have completed are passed over; None if nothing is said."""

    @property
    def starts(self) -> bool:
        """Whether the run gets a process now; else it waits for a start."""
        return self.verb not in {"stage", "wait"}

    def write(self) -> JobMeta:
        """Write what is new of the attempt, and put the program of today in its place, if there is one.

        Returns
        -------
        JobMeta
            The ``meta.json`` of the attempt.
        """
        if self.needed is not None:
            given: Mapping[str, Any] = self.run.get("run_params") or {}
            write_attr(self.run.dir, "run_params", {**given, "needed": self.needed})
        if self.program is not None:
            self.program.put_in_place()
        return self.meta


def _check_startable(attempt: _Attempt) -> None:
    run = attempt.run
    if not is_waiting(run.dir) and run.status.is_active:
        raise RunStateError(f"run {run.short_id} is {run.status}; stop it first")
    if attempt.starts:
        _check_secrets(run, attempt.meta)


def _start(session: Session, attempt: _Attempt, options: LaunchOptions, viewer: Viewer) -> Run | None:
    run = attempt.run
    _check_startable(attempt)
    if not viewer.preview(_preview(attempt)):
        return None
    if attempt.resolution is not None:
        viewer.output(describe_resolving(attempt.resolution))
    asked = time.time_ns() // 1000
    get_ready(session, options, viewer)
    with HeldInterrupts() as interrupts:
        future = _begin(session, attempt, options, interrupts, asked=asked, write=attempt.write)
        if future is None:
            viewer.ended(run)
            return run
        let_run_begin(future, interrupts)
        return see_through(session, future, options, viewer, interrupts)


def stage_again(session: Session, run: Run, write: Callable[[], JobMeta | None] = lambda: None) -> None:
    """Stage a run again as it is; `write` as in :func:`begin_again`.

    Raises
    ------
    RunStateError
        If it is at work.
    """
    _let_wait(session, run, "stage", write)


def wait_again(session: Session, run: Run, write: Callable[[], JobMeta | None] = lambda: None) -> None:
    """Let a trial wait again as it is, which then no queue starts; `write` as in :func:`begin_again`.

    Raises
    ------
    RunStateError
        If it is at work.
    """
    _let_wait(session, run, "wait", write)


def _let_wait(session: Session, run: Run, verb: str, write: Callable[[], JobMeta | None]) -> None:
    attempt = _Attempt(run=run, meta=change_flags(read_program(run), run, {}), verb=verb, requires=())
    _check_startable(attempt)
    with HeldInterrupts() as interrupts:
        _begin(session, attempt, LaunchOptions(), interrupts, asked=0, write=write)


def _begin(  # noqa: PLR0913 - a start, and how
    session: Session,
    attempt: _Attempt,
    options: LaunchOptions,
    interrupts: HeldInterrupts,
    *,
    asked: int,
    write: Callable[[], JobMeta | None] = lambda: None,
    only_waiting: bool = False,
) -> RunFuture | None:
    """Claim the run, and have a process made ready for it; None for one that is to wait."""
    run = attempt.run
    was_staged, was_waiting = os.path.exists(run.dir.staged), is_waiting(run.dir)
    alive = claim_run(session.home, run.dir, only_waiting=only_waiting)
    try:
        wanted = write() or attempt.meta
        meta = _reset(run, wanted)
        if attempt.resolution is not None:
            with interrupts.passing():
                replace_dependencies(run, wanted.recorded_flags, attempt.resolution)
        if attempt.starts:
            return ask_again(session, run, meta, alive, options, asked=asked)
        if attempt.verb == "wait":
            release_trial(run.dir, alive)
        else:
            release_run(run.dir, alive, staged=True)
    except BaseException:
        release_run(run.dir, alive, staged=was_staged)
        if was_waiting:
            set_waiting(run.dir)
        raise
    return None


def _check_secrets(run: Run, meta: JobMeta) -> None:
    """Refuse to start without the secrets of a run, which are not written with it."""
    missing = sorted(name for name in meta.secret_env if not has_variable(name))
    if missing:
        names = ", ".join(map(repr, missing))
        raise RunStateError(
            f"run {run.short_id} needs the secret {names}, and no secret is recorded with a run; "
            f"set it in the environment and start the run again"
        )


def _preview(attempt: _Attempt) -> Preview:
    resolution = attempt.resolution or NOTHING_REQUIRED
    notes = resolution.notes if attempt.resolution is not None else recorded_notes(attempt.run, attempt.requires)
    return Preview(
        operation=attempt.run.operation,
        flags=attempt.meta.flags,
        dependencies=preview_lines(resolution),
        notes=(*(() if attempt.program is None else attempt.program.lines), *notes),
        verb=attempt.verb,
    )


def _reset(run: Run, meta: JobMeta) -> JobMeta:
    """Write the flags of the next attempt, and take away what the last one left; return its ``meta.json``.

    What needs space comes first: on a full disk the last attempt is still there. Then what says how it ended: a kill
    in the middle leaves a run that was killed, never one that ended well without its output.
    """
    made = write_changes(run, meta)
    remove_marker(run.dir.job_exit_status)
    remove_marker(run.dir.guild_process)
    for name in ("exit_status", "stopped", ERROR, REQUESTED, STOP_SIGNAL, PRUNED, UNREAD_METRIC):
        delete_attr(run.dir, name)
    for path in _traces(run.dir):
        remove_marker(path)
    return made


def _traces(run_dir: RunDir) -> list[str]:
    single = (
        run_dir.lock,
        run_dir.output,
        run_dir.output_index,
        run_dir.output_gaps,
        *run_dir.outcome,
    )
    return [*find_output_event_files(run_dir), *list_display_files(run_dir), *single]
