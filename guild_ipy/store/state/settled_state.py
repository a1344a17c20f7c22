"""The end of runs whose processes died without writing one.

Such a run has an ``alive`` file that no process holds, and is still marked as at work; a run that Guild AI has started
counts only when the process of Guild AI is gone, too (:mod:`guild_ipy.store.state.guild_process`). Settling its state
takes the lock, looks again, and then:

- ``job/exit_status``, which the run itself wrote, is its exit status;
- otherwise -9 (killed), if it had started or was about to start;
- a run that was only about to be started again is as it was before: staged, or ended; files that were just being
  replaced for that are put back.

A home that cannot be written keeps its runs as they are; readers see the state that would have been written. Runs
that Guild AI made have no ``alive`` and are never touched. What is left of output and scalars is written by
:func:`guild_ipy.session.settling.settle_run`, which settles the whole run.
"""

from __future__ import annotations

import os
import time

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.store.files.attrs import read_attr, write_attr
from guild_ipy.store.files.whole_file import read_bytes
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.lock import hold_alive, parse_lock
from guild_ipy.store.state.markers import is_our_pending, remove_marker
from guild_ipy.store.state.replaced_files import put_back_claimed
from guild_ipy.store.state.state import RunState, look, read_state

#: The exit status of a run that was killed together with its supervisor.
KILLED = -9

#: ``guild`` removes its markers and sets ``started`` some milliseconds before it writes ``LOCK``; meanwhile the run
#: counts as running.
GRACE_SECONDS = 5.0


def settle_state(run_dir: RunDir) -> RunState:
    """Write the end of a lost run, and return its state; a run that is not lost is left alone.

    Raises
    ------
    DamagedRun
        If the run cannot be read.
    """
    try:
        descriptor = hold_alive(run_dir, create=False)
    except StoreError:
        return state_if_settled(run_dir)
    if descriptor is None:
        return state_if_settled(run_dir)
    try:
        return _settle_held(run_dir)
    finally:
        os.close(descriptor)


def state_if_settled(run_dir: RunDir) -> RunState:
    """Return the state that a run would have after :func:`settle_state`, and write nothing; DamagedRun as there."""
    return _resulting_state(run_dir, read_state(run_dir))


def _settle_held(run_dir: RunDir) -> RunState:
    """Settle a run whose lock we hold, so that no other process starts or settles it."""
    state = look(run_dir, alive=False)
    if not state.is_lost:
        return state
    if os.path.exists(run_dir.replaced):
        put_back_claimed(run_dir)
        state = look(run_dir, alive=False)
    end = _resulting_state(run_dir, state)
    if end.status is not RunStatus.RUNNING:
        try:
            _write_end(run_dir, end)
        except StoreError:
            return end
    return end


def _resulting_state(run_dir: RunDir, state: RunState) -> RunState:
    if not state.is_lost:
        return state
    if state.exit_status is not None:  # a restart that died before it changed anything
        return RunState(status=RunStatus.from_exit_status(state.exit_status), exit_status=state.exit_status)
    reported = _read_job_exit_status(run_dir)
    if reported is None and os.path.exists(run_dir.staged):
        return RunState(status=RunStatus.STAGED)
    if _guild_may_be_starting(run_dir):
        return RunState(status=RunStatus.RUNNING)
    exit_status = KILLED if reported is None else reported
    return RunState(status=RunStatus.from_exit_status(exit_status), exit_status=exit_status)


def _write_end(run_dir: RunDir, end: RunState) -> None:
    if end.exit_status is not None and not os.path.exists(run_dir.attr("exit_status")):
        write_attr(run_dir, "stopped", _find_end_time(run_dir))
        write_attr(run_dir, "exit_status", end.exit_status, durable=True)
    remove_marker(run_dir.lock)
    remove_marker(run_dir.pending)


def _guild_may_be_starting(run_dir: RunDir) -> bool:
    """Whether a ``guild`` command has just removed a marker or written ``started``, and ``LOCK`` is not read yet."""
    if is_our_pending(run_dir) or _is_dead_lock(run_dir) or os.path.exists(run_dir.job_exit_status):
        return False
    age = time.time() - max(_read_mtime(run_dir.attr("started")), _read_mtime(run_dir.guild))
    return abs(age) < GRACE_SECONDS


def _is_dead_lock(run_dir: RunDir) -> bool:
    """Whether ``LOCK`` is written, and names no process that lives."""
    try:
        content = read_bytes(run_dir.lock, limit=65536)
    except DamagedRun:
        return True
    lock = parse_lock(content.decode("utf-8", "replace")) if content else None
    return bool(content) and (lock is None or not lock.is_alive())


def _read_job_exit_status(run_dir: RunDir) -> int | None:
    try:
        content = read_bytes(run_dir.job_exit_status, limit=65536)
        return None if content is None else int(content)
    except (DamagedRun, ValueError):
        return None


def _find_end_time(run_dir: RunDir) -> int:
    """Return the last moment, in microseconds, that the run is known to have lived."""
    try:
        started = read_attr(run_dir, "started")
    except DamagedRun:
        started = None
    last = max(_read_mtime(run_dir.job_exit_status), _read_mtime(run_dir.output)) or time.time()
    return max(int(last * 1_000_000), started if type(started) is int else 0)


def _read_mtime(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
