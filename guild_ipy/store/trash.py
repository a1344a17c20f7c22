"""Deleting runs: into the trash, back, and for good.

A run is moved by renaming its directory, so it is whole wherever it is. Nothing is ever done through a
symbolic link: neither to a run nor to the folder of all runs.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunNotFound, RunStateError, StoreError
from guild_ipy.store.changes import note_change
from guild_ipy.store.folders import make_folders
from guild_ipy.store.home import Home
from guild_ipy.store.lock import hold_alive, is_alive
from guild_ipy.store.run import read_status
from guild_ipy.store.run_dir import RunDir

_PURGED = ".purged-"


def delete_run(home: Home, run_dir: RunDir) -> RunDir:
    """Move a run to the trash, and give its place there; an older run of that id there is renamed.

    Raises
    ------
    RunStateError
        If the run is running, or is not a plain directory of this home.
    """
    _check_place(run_dir, home.runs)
    descriptor = hold_alive(run_dir, create=False)
    try:
        _check_idle(run_dir, is_ours=descriptor is not None)
        _make_folder(home, home.trash)
        return _move(home, run_dir, RunDir(f"{home.trash}/{run_dir.id}"))
    finally:
        if descriptor is not None:
            os.close(descriptor)


def restore_run(home: Home, run_dir: RunDir) -> RunDir:
    """Move a run from the trash back to the live runs, and give its place there."""
    _check_place(run_dir, home.trash)
    live = home.run_dir(run_dir.id)
    if os.path.lexists(live.path):
        raise RunStateError(f"run {run_dir.id!r} is among the live runs; delete that one first")
    _make_folder(home, home.runs)
    return _move(home, run_dir, live)


def purge_run(home: Home, run_dir: RunDir) -> None:
    """Remove a run of the trash for good, and what an interrupted purge left."""
    _check_place(run_dir, home.trash)
    for name in os.listdir(home.trash):
        if name.startswith(_PURGED):
            shutil.rmtree(f"{home.trash}/{name}", ignore_errors=True)
    doomed = f"{home.trash}/{_PURGED}{run_dir.id}-{secrets.token_hex(4)}"
    try:
        os.rename(run_dir.path, doomed)
        shutil.rmtree(doomed)
    except OSError as error:
        raise _cannot("remove", run_dir, error) from error


def _check_place(run_dir: RunDir, folder: str) -> None:
    if run_dir.id in {"", ".", ".."} or os.path.dirname(run_dir.path) != folder:
        raise RunStateError(f"{run_dir.path!r} is not a run in {folder!r}")
    for path in (run_dir.path, folder):
        if os.path.islink(path):
            raise RunStateError(f"{path!r} is a symbolic link; what it points to is not touched")
    if not os.path.isdir(run_dir.path):
        raise RunNotFound(run_dir.id)


def _check_idle(run_dir: RunDir, *, is_ours: bool) -> None:
    """Refuse a run at work; `is_ours` says that we hold its lock, so that no process of it lives."""
    held = not is_ours and is_alive(run_dir)
    if held or (not is_ours and read_status(run_dir) is RunStatus.RUNNING):
        raise RunStateError(f"run {run_dir.short_id!r} is running; stop it first")


def _move(home: Home, run_dir: RunDir, target: RunDir) -> RunDir:
    try:
        try:
            os.rename(run_dir.path, target.path)
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}:
                raise
            os.rename(target.path, f"{target.path}_{secrets.token_hex(4)}")
            os.rename(run_dir.path, target.path)
    except FileNotFoundError as error:
        raise RunNotFound(run_dir.id) from error
    except OSError as error:
        raise _cannot("move", run_dir, error) from error
    note_change(home, run_dir.id)
    return target


def _make_folder(home: Home, folder: str) -> None:
    try:
        make_folders(folder, inside=home.path)
    except OSError as error:
        raise StoreError(f"cannot make {folder!r}: {error.strerror}") from error


def _cannot(verb: str, run_dir: RunDir, error: OSError) -> StoreError:
    return StoreError(f"cannot {verb} {run_dir.path!r}: {error.strerror}")
