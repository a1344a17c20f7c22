"""Stopping runs: through the supervisor, which knows the process group and what the run left behind."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time

from guild_ipy.errors import RunStateError
from guild_ipy.settings import Settings
from guild_ipy.store.lock import LockContent, ProcessId, is_alive, read_lock
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.signals import note_kill

_POLL_SECONDS = 0.02
#: The signals that a run gets, a grace period apart. Guild AI begins with SIGTERM: its processes take a SIGINT that
#: comes while they start for an error.
_OURS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_OF_GUILD = (signal.SIGTERM, signal.SIGKILL)
_WORD_SECONDS = 2.0
#: What a supervisor needs to write the end once its run is dead.
_END_SECONDS = 10.0


def stop_run(run_dir: RunDir, settings: Settings) -> None:
    """Stop a running run: SIGINT, then SIGTERM, then SIGKILL, a grace period apart; wait until it has ended.

    Raises
    ------
    RunStateError
        If it runs on another machine, or does not end.
    """
    lock = read_lock(run_dir)
    if lock is None:
        return
    if not lock.is_local():
        raise RunStateError(f"run {run_dir.short_id} runs on {lock.host!r}; stop it there")
    if lock.supervisor is not None and lock.supervisor.is_alive():
        _signal(lock.supervisor, signal.SIGTERM)
        if wait_for_end(run_dir, lock, 2 * settings.stop_grace + _END_SECONDS, by=lock.supervisor):
            return
    _stop_process(run_dir, lock, settings)


def wait_for_end(run_dir: RunDir, lock: LockContent, timeout: float, *, by: ProcessId | None = None) -> bool:
    """Wait until no process of the run lives, or until `by`, who is to end it, is gone; whether none lives."""
    deadline = time.monotonic() + timeout
    while _lives(run_dir, lock):
        if time.monotonic() > deadline or (by is not None and not by.is_alive()):
            return not _lives(run_dir, lock)
        select.select([], [], [], _POLL_SECONDS)
    return True


def _stop_process(run_dir: RunDir, lock: LockContent, settings: Settings) -> None:
    """Stop a run whose supervisor is gone, or that Guild AI started; its process group too, if it leads one."""
    leads_group = _leads_group(lock.run)
    for number in _OURS if lock.supervisor is not None else _OF_GUILD:
        if leads_group:
            _signal_group(lock.run, number)
        else:
            _signal(lock.run, number)
        if wait_for_end(run_dir, lock, settings.stop_grace):
            if number == signal.SIGKILL:
                note_kill(run_dir)
            if leads_group:
                _signal_group(lock.run, signal.SIGKILL)  # what it left behind
            if is_alive(run_dir) is None:
                _wait_for_word(run_dir)
            return
    raise RunStateError(f"run {run_dir.short_id} (pid {lock.run.pid}) does not end")


def _wait_for_word(run_dir: RunDir) -> None:
    """Give a `guild` command that started the run the time to write how it ended."""
    deadline = time.monotonic() + _WORD_SECONDS
    while not os.path.exists(run_dir.attr("exit_status")) and time.monotonic() < deadline:
        select.select([], [], [], _POLL_SECONDS)


def _lives(run_dir: RunDir, lock: LockContent) -> bool:
    return bool(is_alive(run_dir)) or lock.run.is_alive()


def _leads_group(process: ProcessId) -> bool:
    try:
        return os.getpgid(process.pid) == process.pid and process.is_alive()
    except ProcessLookupError:
        return False


def _signal_group(leader: ProcessId, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, number)


def _signal(process: ProcessId, number: signal.Signals) -> None:
    """Send a signal to this very process, not to a later one of its number."""
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(process.pid)
        try:
            if process.is_alive():
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)
