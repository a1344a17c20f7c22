"""The process of a prepared run, and its output until it ends; common to new runs, ``start`` and ``--restart``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.executors import RunFuture
from guild_ipy.engine.follow import OutputTail
from guild_ipy.engine.inherited_limits import read_limits
from guild_ipy.engine.interrupts import HeldInterrupts
from guild_ipy.engine.launch_channel import LaunchRequest
from guild_ipy.engine.meta import JobMeta
from guild_ipy.engine.output.flag_echoes import flag_numbers
from guild_ipy.engine.run_files.run_environment import run_environment
from guild_ipy.engine.stopping import resume_supervisor, stop_run
from guild_ipy.errors import NotebookError, RunError, RunStateError, UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Viewer
from guild_ipy.settings import copy_environment
from guild_ipy.store.displays.display import Display
from guild_ipy.store.files.whole_file import write_new_file
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import RunRecord, read_opref
from guild_ipy.store.state.lock import can_be_locked, is_alive, read_lock
from guild_ipy.store.state.signals import describe_signal

#: The module whose process runs a pipeline. The ``main.py`` of such a run imports it.
PIPELINE_MODULE = "guild_ipy.pipelines.pipeline"

_START_SECONDS = 60.0
#: How often it is looked whether a run has stopped its supervisor (SIGSTOP).
_LOOK_SECONDS = 2.0
#: A hundred years.
_MOST_MINUTES = 60 * 24 * 36525
_MINUTE = 60.0
_SHOWN_PACKAGES = 4


@dataclass(frozen=True, kw_only=True)
class LaunchOptions:
    """How a run gets its process."""

    background: bool = False
    isolation: str | None = None
    """``fork``, ``fresh`` or ``inline``; None for the setting."""
    pidfile: str | None = None
    """File that gets the process id of the run; implies `background`."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables that its process has besides those of this one."""
    stop_after: float | None = None
    """Minutes after which the run is stopped."""

    def __post_init__(self) -> None:
        """Refuse a time that no run can be stopped after."""
        limit = self.stop_after
        if limit is not None and not 0 < limit <= _MOST_MINUTES:
            raise UsageError(f"stop after {limit!r} is not a number of minutes above 0; fractions are fine, as 0.5")

    @property
    def leaves(self) -> bool:
        """Whether the verb returns while the run goes on."""
        return self.background or self.pidfile is not None


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """What has to be known of a run to give it a process."""

    run_dir: RunDir
    opref: OpRef
    meta: JobMeta
    env: Mapping[str, str]
    """The environment that it is started from."""
    python: str = field(default_factory=lambda: sys.executable)
    """The interpreter; another than this one starts afresh."""
    asked: int = field(default_factory=lambda: time.time_ns() // 1000)
    """When the user asked for it, in microseconds since 1970."""


def ask_for_process(session: Session, plan: RunPlan, alive: int, options: LaunchOptions) -> RunFuture:
    """Have a process made ready for a run whose directory need not be filled yet.

    Raises
    ------
    EngineError, UsageError
        If none could be had; the caller still holds `alive` then.
    """
    can_fork = plan.python == sys.executable and plan.meta.program.is_forkable
    isolation = _isolation(session, options) if can_fork else "fresh"
    if plan.meta.program.starts_runs and isolation == "inline":
        isolation = "fresh"
    request = _request(session, plan)
    if options.stop_after is not None:
        request = replace(request, stop_after=options.stop_after * _MINUTE)
    return session.engine.start(request, alive, isolation)


def ask_again(  # noqa: PLR0913 - a run, and how
    session: Session, run: Run, meta: JobMeta, alive: int, options: LaunchOptions, *, asked: int | None = None
) -> RunFuture:
    """Have a process made ready for a run whose directory is there; `asked` is when the user asked for it.

    Raises
    ------
    EngineError, RunStateError, UsageError
        If none could be had; the caller still holds `alive` then.
    """
    opref, env, python = read_opref(run.dir), {**copy_environment(), **options.env}, _interpreter(run, meta)
    plan = RunPlan(run_dir=run.dir, opref=opref, meta=meta, env=env, python=python)
    return ask_for_process(session, plan if asked is None else replace(plan, asked=asked), alive, options)


def let_run_begin(future: RunFuture, interrupts: HeldInterrupts) -> None:
    """Let a run begin whose files are all there; from here on one in this process can be interrupted."""
    if future.channel is None:
        interrupts.let_through()
    future.execute_program()


def get_ready(session: Session, options: LaunchOptions, viewer: Viewer) -> None:
    """Wait for what a start may have to wait for; interrupts come through here, and nothing has been made yet."""
    isolation = _isolation(session, options)
    if options.stop_after is not None and isolation == "inline":
        raise UsageError("stop after needs a process of its own; use isolation fork or fresh")
    packages = session.engine.loading(isolation)
    if packages is not None:
        viewer.waiting(f"loading {', '.join(packages[:_SHOWN_PACKAGES])}" if packages else "getting ready")
    try:
        session.engine.get_ready(isolation)
    except BaseException:
        viewer.gave_up()
        raise


def see_through(
    session: Session, future: RunFuture, options: LaunchOptions, viewer: Viewer, interrupts: HeldInterrupts
) -> Run:
    """Follow a started run to its end, or leave it in the background.

    Interrupts are let through as soon as they can stop the run.

    Raises
    ------
    RunError
        If the run failed or was interrupted.
    """
    run = Run(future.run_dir)
    viewer.began(run)
    _tell_missing_locks(session, run, viewer)
    if options.leaves:
        return _leave(run, future, options, viewer)
    _follow(session, run, future, viewer, interrupts)
    return _check(run, future, options)


def _tell_missing_locks(session: Session, run: Run, viewer: Viewer) -> None:
    """Say once in a session that its runs are without the guarantees that locks give."""
    home = session.home.path
    if home in session.homes_looked_at:
        return
    session.homes_looked_at.add(home)
    if can_be_locked(run.dir):
        return
    viewer.output(
        f"note: the file system of {home!r} has no locks; runs work, but two starters could take the same run, and "
        f"whether one lives is known from its process ids alone\n"
    )


def follow(session: Session, run: Run, wait: Callable[[float], bool], viewer: Viewer) -> None:
    """Show the output of a run until `wait` says that it has ended."""
    _show(OutputTail(run.dir, session.settings).follow(_looking(wait, viewer)), viewer)


def _isolation(session: Session, options: LaunchOptions) -> str:
    return options.isolation or session.settings.isolation


def _request(session: Session, plan: RunPlan) -> LaunchRequest:
    meta, home = plan.meta, session.home
    project_dir = meta.import_path[0] if meta.import_path else ""
    return LaunchRequest(
        path=plan.run_dir.path,
        env={**plan.env, **run_environment(plan.run_dir, home, plan.opref, project_dir, meta)},
        python=plan.python,
        asked=plan.asked,
        forks=True,
        output_scalars=meta.output_scalars,
        flag_numbers=flag_numbers(meta.flags),
        stop_grace=session.settings.stop_grace,
        scan_interval=session.settings.scan_interval,
        inherited=read_limits(),
        project_dir=project_dir,
        cache_dir=home.cache,
        server_idle=session.settings.fork_server_idle if meta.program.starts_runs else None,
        ends_by_stop=meta.program.ends_by_stop,
    )


def _interpreter(run: Run, meta: JobMeta) -> str:
    """Return the interpreter that made the run if its payload is bound to that one, else ours."""
    if meta.program.is_file or meta.python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    recorded = str((run.get("cmd") or [""])[0])
    if os.access(recorded, os.X_OK):
        return recorded
    raise RunStateError(f"run {run.short_id} was made by Python {meta.python}, which is no longer at {recorded!r}")


# -- in the background


def _leave(run: Run, future: RunFuture, options: LaunchOptions, viewer: Viewer) -> Run:
    has_started = _wait_started(run, future)
    future.close()
    if future.failure:
        raise RunError(f"{run.operation} could not be started: {future.failure}", run=run)
    if not has_started:
        raise RunError(f"{run.operation} did not start within a minute · {run.short_id}", run=run)
    lock = read_lock(run.dir)
    if options.pidfile and lock is not None:
        write_new_file(options.pidfile, b"%d\n" % lock.run.pid)
    viewer.left(run)
    return run


def _wait_started(run: Run, future: RunFuture) -> bool:
    """Wait until a run has started, also one that stops its supervisor (SIGSTOP) before that could say so."""
    deadline = time.monotonic() + _START_SECONDS
    while not future.wait_started(_LOOK_SECONDS):
        if time.monotonic() > deadline:
            return False
        resume_supervisor(run.dir)
    return future.started


# -- in the foreground


def _follow(session: Session, run: Run, future: RunFuture, viewer: Viewer, interrupts: HeldInterrupts) -> None:
    next_look = time.monotonic() + _LOOK_SECONDS

    def has_ended(timeout: float) -> bool:
        nonlocal next_look
        if not future.wait(timeout):
            if time.monotonic() > next_look:
                resume_supervisor(run.dir)
                next_look = time.monotonic() + _LOOK_SECONDS
            return False
        if future.ended or not is_alive(run.dir):
            return True
        time.sleep(timeout)  # the supervisor is gone, the run goes on
        return False

    tail = OutputTail(run.dir, session.settings)
    try:
        interrupts.let_through()
        _show(tail.follow(_looking(has_ended, viewer)), viewer)
    except KeyboardInterrupt:
        _interrupt(session, run, future)
        _show(tail.rest(), viewer)
        viewer.ended(run)
        raise RunError(f"{run.operation} was interrupted · {run.short_id}", run=run) from None
    viewer.ended(run)


def _looking(wait: Callable[[float], bool], viewer: Viewer) -> Callable[[float], bool]:
    """Return `wait`, which also lets the viewer look at the run."""

    def wait_and_look(timeout: float) -> bool:
        has_ended = wait(timeout)
        if not has_ended:
            viewer.look()
        return has_ended

    return wait_and_look


def _show(pieces: Iterable[str | Display], viewer: Viewer) -> None:
    for piece in pieces:
        if isinstance(piece, str):
            viewer.output(piece)
        else:
            viewer.display(piece)


def _interrupt(session: Session, run: Run, future: RunFuture) -> None:
    """Stop the run; each further interrupt makes it more urgent."""
    while True:
        try:
            future.wait_started(_START_SECONDS)
            stop_run(run.dir, session.settings)
            future.wait(session.settings.stop_grace)
        except KeyboardInterrupt:
            continue
        return


def _check(run: Run, future: RunFuture, options: LaunchOptions) -> Run:
    if future.exit_status == 0:
        return run
    record = run.record
    if record.status is RunStatus.COMPLETED:  # its supervisor was killed, and it went on
        return run
    if future.failure:
        raise RunError(f"{run.operation} could not be started: {future.failure}", run=run)
    exception = run.exception
    why = f": {exception}" if isinstance(exception, NotebookError) else ""
    if record.status is RunStatus.TERMINATED:
        how = describe_signal(run.dir, record.exit_status or 0)
        ending = f"{'' if how.startswith('crashed') else 'was '}{how}{why}"
        if _is_over_time(record, options):
            ending = f"was stopped after {options.stop_after:g} minutes"
    else:
        ending = f"{_ENDINGS.get(record.status, 'ended badly')}{why} (exit status {record.exit_status})"
    message = f"{run.operation} {ending} · {run.short_id}"
    raise RunError(message, run=run, exception=exception)


def _is_over_time(record: RunRecord, options: LaunchOptions) -> bool:
    limit, took = options.stop_after, record.duration
    return limit is not None and took is not None and took.total_seconds() >= limit * _MINUTE


_ENDINGS = {RunStatus.ERROR: "failed", RunStatus.DAMAGED: "is damaged"}
