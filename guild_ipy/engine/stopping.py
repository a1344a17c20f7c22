"""Stops runs: through the supervisor, which knows the process group and all descendants."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass

from guild_ipy.errors import DamagedRun, RunStateError
from guild_ipy.linux import is_stopped, open_process, process_owner, send_signal
from guild_ipy.settings import Settings
from guild_ipy.store.owners import describe_user
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.guild_process import will_guild_write_end
from guild_ipy.store.state.lock import LockContent, ProcessId, is_alive, read_lock
from guild_ipy.store.state.run_process import find_holder, find_process, find_supervisor, is_of_run
from guild_ipy.store.state.settled_state import settle_state
from guild_ipy.store.state.signals import note_kill

_POLL_SECONDS = 0.02
#: The signals that a run gets, a grace period apart. For Guild AI the first is SIGTERM: a SIGINT while its process
#: starts would count as an error.
_OURS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_OF_GUILD = (signal.SIGTERM, signal.SIGKILL)
_GUILD_SECONDS = 2.0
#: How long a supervisor has to write the end of its run.
_END_SECONDS = 10.0


def stop_run(run_dir: RunDir, settings: Settings) -> None:
    """Stop a running run: SIGINT, then SIGTERM, then SIGKILL, a grace period apart; wait until it has ended.

    Only processes that are known to belong to the run get a signal (:mod:`guild_ipy.store.state.run_process`). A
    supervisor that does not end its run is killed with it.

    Raises
    ------
    RunStateError
        If it runs on another machine or for another user, or does not end.
    """
    lock = _read_lock(run_dir)
    _check_owner(run_dir, lock)
    run = _Stopped(run_dir=run_dir, supervisor=find_supervisor(run_dir, lock), process=find_process(run_dir, lock))
    if run.supervisor is not None and _stop_by_supervisor(run, run.supervisor, settings):
        return
    if run.process is not None and run.lives():
        _stop_process(run, run.process, settings)
    elif run.supervisor is None:
        _check_gone(run_dir, lock)


def check_stoppable(run_dir: RunDir) -> None:
    """Raise RunStateError for a run of another user, which only that user and root can stop."""
    _check_owner(run_dir, _read_lock(run_dir))


def find_running_process(run_dir: RunDir) -> ProcessId | None:
    """Find the process that `stop_run` would stop."""
    return find_process(run_dir, _read_lock(run_dir))


def resume_supervisor(run_dir: RunDir) -> None:
    """Let the supervisor of a run go on if it was stopped by a signal, which its run can send."""
    lock = _read_lock(run_dir)
    if lock is not None and (lock.supervisor is None or not is_stopped(lock.supervisor.pid)):
        return
    supervisor = find_supervisor(run_dir, lock)
    if supervisor is not None and is_stopped(supervisor.pid):
        with contextlib.suppress(PermissionError):
            _signal(supervisor, signal.SIGCONT)


@dataclass(frozen=True, kw_only=True)
class _Stopped:
    """A run that is being stopped."""

    run_dir: RunDir
    supervisor: ProcessId | None
    process: ProcessId | None

    def lives(self) -> bool:
        """Whether a process of the run is left, or its end is not written yet."""
        held = is_alive(self.run_dir)
        if held is None and self.supervisor is not None:
            return self.supervisor.is_alive()
        return bool(held) or (self.process is not None and self.process.is_alive())

    def wait(self, timeout: float) -> bool:
        """Wait until no process of the run is left, or its supervisor is gone; return whether none is left."""
        deadline = time.monotonic() + timeout
        while self.lives():
            is_left_alone = self.supervisor is not None and not self.supervisor.is_alive()
            if time.monotonic() > deadline or is_left_alone:
                return not self.lives()
            time.sleep(_POLL_SECONDS)
        return True


def _stop_by_supervisor(run: _Stopped, supervisor: ProcessId, settings: Settings) -> bool:
    """Let the supervisor stop its run, or kill it with its descendants; False if only the run is left."""
    _signal(supervisor, signal.SIGTERM)
    _signal(supervisor, signal.SIGCONT)  # its run may have stopped it
    if run.wait(2 * settings.stop_grace + _END_SECONDS):
        return True
    if not supervisor.is_alive():
        return False
    from guild_ipy.engine.beside.descendants import kill_tree  # start-up cost: it loads the C library

    kill_tree(supervisor.pid)
    if not run.wait(_END_SECONDS):
        raise RunStateError(f"run {run.run_dir.short_id} (supervisor {supervisor.pid}) does not end")
    note_kill(run.run_dir)
    settle_state(run.run_dir)
    return True


def _stop_process(run: _Stopped, process: ProcessId, settings: Settings) -> None:
    """Stop a run whose supervisor is gone, or that Guild AI started, with its process group if it leads one."""
    is_ours = is_alive(run.run_dir) is not None
    leads_group = _leads_group(process)
    alone = _Stopped(run_dir=run.run_dir, supervisor=None, process=process)
    for number in _OURS if is_ours else _OF_GUILD:
        if leads_group:
            _signal_group(process, number)
        else:
            _signal(process, number)
        if alone.wait(settings.stop_grace):
            if number == signal.SIGKILL:
                note_kill(run.run_dir)
            if leads_group:
                _signal_group(process, signal.SIGKILL)  # the rest of the group
            if not is_ours or will_guild_write_end(run.run_dir):
                _wait_for_guild(run.run_dir)
            return
    raise RunStateError(f"run {run.run_dir.short_id} (pid {process.pid}) does not end")


def _read_lock(run_dir: RunDir) -> LockContent | None:
    try:
        return read_lock(run_dir)
    except DamagedRun:
        return None


def _check_owner(run_dir: RunDir, lock: LockContent | None) -> None:
    """Refuse to stop a run of another user; only root could."""
    if lock is None or not lock.is_alive() or os.geteuid() == 0:
        return
    owner = process_owner(lock.run.pid)
    if owner is not None and owner != os.geteuid() and (is_alive(run_dir) or is_of_run(run_dir, lock)):
        raise RunStateError(
            f"run {run_dir.short_id} is run by {describe_user(owner)}, and only that user can stop it; ask them, or "
            "name the runs that are yours"
        )


def _check_gone(run_dir: RunDir, lock: LockContent | None) -> None:
    """Raise an error if nothing was stopped and the run still counts as running."""
    if lock is not None and not lock.is_local() and not is_of_run(run_dir, lock):
        raise RunStateError(f"run {run_dir.short_id} runs on {lock.host!r}; stop it there")
    if is_alive(run_dir):
        holder = find_holder(run_dir)
        where = "a process that cannot be seen from here" if holder is None else f"process {holder}"
        raise RunStateError(
            f"run {run_dir.short_id} is held by {where}, which is not its own: a notebook that runs it inline, or "
            "another program; interrupt it there"
        )


def _wait_for_guild(run_dir: RunDir) -> None:
    """Wait for a `guild` command that started the run to write how it ended."""
    deadline = time.monotonic() + _GUILD_SECONDS
    while not os.path.exists(run_dir.attr("exit_status")) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


def _leads_group(process: ProcessId) -> bool:
    try:
        return os.getpgid(process.pid) == process.pid and process.is_alive()
    except ProcessLookupError:
        return False


def _signal_group(leader: ProcessId, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, number)


def _signal(process: ProcessId, number: signal.Signals) -> None:
    """Send a signal to this process, and not to a later one with its number."""
    with contextlib.suppress(ProcessLookupError):
        descriptor = open_process(process.pid)
        try:
            if process.is_alive():
                send_signal(descriptor, number)
        finally:
            os.close(descriptor)
