"""The state of a run, as its markers, its locks and its exit status say.

The order of the tests is that of Guild AI 0.9.0, with a truer test for a living process::

    LOCK.remote                      running
    PENDING                          pending; running, if `alive` is held and it has started (inline runs)
    STAGED                           staged
    `alive` is held, LOCK is there   running, also with an exit status: its scalars are being written
    exit_status = 0 / < 0 / > 0      completed / terminated / error
    `alive` is held                  running
    LOCK names its living process    running (:mod:`guild_ipy.store.state.run_process`)
    guild will write its end         running (:mod:`guild_ipy.store.state.guild_process`)
    otherwise                        error

`alive` is looked at before `exit_status` is read: a supervisor writes the one before it lets go of the other. A process
of Guild AI may write `exit_status` and end between two tests, so a run that seems lost is looked at twice.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import DamagedRun
from guild_ipy.store.files.attrs import read_attr
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.guild_process import will_guild_write_end
from guild_ipy.store.state.lock import is_alive, read_lock
from guild_ipy.store.state.markers import is_our_pending
from guild_ipy.store.state.run_process import is_of_run


@dataclass(frozen=True, kw_only=True)
class RunState:
    """The state of a run at one moment."""

    status: RunStatus
    exit_status: int | None = None
    is_held: bool = False
    """Whether a process of the run, or one that works on it, holds ``alive``."""
    is_lost: bool = False
    """Whether its processes died and its end was not written: see :mod:`guild_ipy.store.state.settled_state`."""


def read_state(run_dir: RunDir) -> RunState:
    """Look at a run without changing it.

    Raises
    ------
    DamagedRun
        If ``.guild`` or the exit status cannot be read.
    """
    state = look(run_dir, alive=is_alive(run_dir))
    if state.is_lost and is_alive(run_dir):  # it came to life between two looks
        return look(run_dir, alive=True)
    return state


def look(run_dir: RunDir, *, alive: bool | None) -> RunState:
    """Look at a run of which it is known whether `alive` is held (None: it has no such file)."""
    state = _look_once(run_dir, alive=alive)
    return _look_once(run_dir, alive=alive) if state.is_lost else state


def read_exit_status(run_dir: RunDir) -> int | None:
    """Read the attribute ``exit_status``; DamagedRun if it is not a number."""
    value = read_attr(run_dir, "exit_status")
    if value is None or type(value) is int:
        return value
    raise DamagedRun(run_dir.attr("exit_status"), f"it holds {type(value).__name__}, not a number")


def _look_once(run_dir: RunDir, *, alive: bool | None) -> RunState:
    names = _list_private(run_dir)
    exit_status = read_exit_status(run_dir)
    held = bool(alive)
    if held and "LOCK" in names:
        exit_status = None
    status = _status(run_dir, names, exit_status=exit_status, held=held)
    lost = alive is False and _is_lost(run_dir, names, status=status, exit_status=exit_status)
    return RunState(status=status, exit_status=exit_status, is_held=held, is_lost=lost)


def _status(run_dir: RunDir, names: set[str], *, exit_status: int | None, held: bool) -> RunStatus:
    if "LOCK.remote" in names:
        return RunStatus.RUNNING
    if "PENDING" in names:
        may_run = held and exit_status is None and "STAGED" not in names
        runs = may_run and os.path.exists(run_dir.attr("started"))
        return RunStatus.RUNNING if runs else RunStatus.PENDING
    if "STAGED" in names:
        return RunStatus.STAGED
    if exit_status is not None:
        return RunStatus.from_exit_status(exit_status)
    runs = held or ("LOCK" in names and _is_locked(run_dir)) or will_guild_write_end(run_dir)
    return RunStatus.RUNNING if runs else RunStatus.ERROR


def _is_lost(run_dir: RunDir, names: set[str], *, status: RunStatus, exit_status: int | None) -> bool:
    """Whether a run whose ``alive`` is free is marked as at work, or ended without an exit status."""
    if status is RunStatus.PENDING:
        return is_our_pending(run_dir)
    ended = status is RunStatus.ERROR and exit_status is None and "LOCK.remote" not in names
    return ended and (os.path.exists(run_dir.attr("started")) or os.path.exists(run_dir.job_exit_status))


def _is_locked(run_dir: RunDir) -> bool:
    try:
        lock = read_lock(run_dir)
    except DamagedRun:
        return False
    return lock is not None and is_of_run(run_dir, lock)


def _list_private(run_dir: RunDir) -> set[str]:
    try:
        return set(os.listdir(run_dir.guild))
    except OSError as error:
        raise DamagedRun(run_dir.guild, error.strerror or str(error)) from error
