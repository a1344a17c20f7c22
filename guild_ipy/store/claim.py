"""Claiming a run that is to be started: of several starters, queues of Guild AI among them, one wins.

Guild AI takes the file lock ``locks/run-status`` before it turns ``STAGED`` into ``PENDING``; so do we. The lock on
``alive`` says that the starter lives; its descriptor is handed on to the supervisor and the run.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunTaken, StoreError
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.regular_file import open_regular
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import settle_and_read_status
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.state.lock import hold_alive, lock_if_possible
from guild_ipy.store.state.markers import is_waiting, remove_marker, set_pending, set_staged, set_waiting


def claim_run(home: Home, run_dir: RunDir, *, only_waiting: bool = False) -> int:
    """Take a run that is not at work, such as a trial that waits, and mark it pending.

    With `only_waiting` a run is refused that waits no longer: another process may have run it meanwhile.

    Returns
    -------
    int
        The descriptor that holds its ``alive`` lock.

    Raises
    ------
    RunTaken
        If it runs or another process has claimed it, or it waits no longer.
    """
    with _run_status_lock(home):
        status = settle_and_read_status(run_dir)
        if only_waiting and not (status is RunStatus.STAGED or is_waiting(run_dir)):
            raise RunTaken(f"run {run_dir.short_id} is {status}, and waits no longer")
        alive = hold_alive(run_dir) if is_waiting(run_dir) or not status.is_active else None
        if alive is None:
            raise RunTaken(f"run {run_dir.short_id} is {status}; stop it first")
        try:
            set_pending(run_dir)
            note_change(home, run_dir.id)
        except StoreError:
            os.close(alive)
            raise
        return alive


def release_run(run_dir: RunDir, alive: int, *, staged: bool) -> None:
    """Release a claimed run, which is then staged, or as it was."""
    if not staged:
        remove_marker(run_dir.staged)
    elif not os.path.exists(run_dir.staged):
        set_staged(run_dir)
    remove_marker(run_dir.pending)
    os.close(alive)


def release_trial(run_dir: RunDir, alive: int) -> None:
    """Release a claimed trial, which then waits for its batch."""
    set_waiting(run_dir)
    remove_marker(run_dir.staged)
    os.close(alive)


@contextmanager
def _run_status_lock(home: Home) -> Iterator[None]:
    try:
        make_folders(home.locks, inside=home.path)
        descriptor = open_regular(f"{home.locks}/run-status", os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise StoreError(f"cannot lock Guild home {home.path!r}: {error.strerror}") from error
    try:
        lock_if_possible(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
