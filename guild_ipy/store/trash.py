"""Deleting runs: into the trash, back, and for good.

A run is moved by renaming its directory, so it is whole wherever it is. Nothing is ever done through a
symbolic link: neither to a run nor to the folder of all runs.

A run that is deleted while the trash has one of the same id takes its place, and the older one is renamed to
``<id>_<hex digits>`` (Guild AI does the same, with other letters). When that one is restored, it has its id again.

A run that is purged is renamed to ``trash/.purged-…`` first, where no listing of either program finds it, and then
removed. The next purge removes what an interrupted one has left there.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunNotFound, RunStateError, StoreError
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import settle_and_read_status
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.state.lock import hold_alive, is_alive

_PURGED = ".purged-"
_RENAMED = re.compile(r"([0-9a-f]{32})_.+")
_IN_THE_WAY = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR})
_ATTEMPTS = 10


def delete_run(home: Home, run_dir: RunDir) -> RunDir:
    """Move a run to the trash, and return its directory there; an older run of that id there is renamed.

    Raises
    ------
    RunStateError
        If the run is running, or is not a plain directory of this home.
    """
    _check_place(run_dir, home.runs)
    with _held(run_dir):
        _make_folder(home, home.trash)
        trashed = RunDir(f"{home.trash}/{run_dir.id}")
        try:
            _rename(run_dir, trashed)
        except FileExistsError:
            _rename(trashed, RunDir(f"{trashed.path}_{secrets.token_hex(4)}"))
            _rename(run_dir, trashed)
    note_change(home, run_dir.id)
    return trashed


def restore_run(home: Home, run_dir: RunDir) -> RunDir:
    """Move a run from the trash back to the live runs, and return its directory.

    Raises
    ------
    RunStateError
        If there is a live run of that id, or if the run is not a plain directory of the trash.
    """
    _check_place(run_dir, home.trash)
    live = home.run_dir(id_before_deletion(run_dir))
    taken = RunStateError(f"run {live.id!r} is among the live runs; delete that one first")
    if os.path.lexists(live.path):
        raise taken
    _make_folder(home, home.runs)
    try:
        _rename(run_dir, live)
    except FileExistsError as error:  # it has just come
        raise taken from error
    note_change(home, live.id)
    return live


def purge_run(home: Home, run_dir: RunDir) -> None:
    """Remove a run of the trash for good, and all that interrupted purges have left.

    Raises
    ------
    RunStateError
        If the run is running, or is not a plain directory of the trash.
    """
    _check_place(run_dir, home.trash)
    doomed = RunDir(f"{os.path.dirname(home.trash)}/{_PURGED}{run_dir.id}-{secrets.token_hex(4)}")
    with _held(run_dir):
        _rename(run_dir, doomed)
    note_change(home, run_dir.id)
    _remove(doomed.path)
    for path in _leftovers(home):
        with suppress(StoreError):  # it may belong to another user, and was not asked for
            _remove(path)


def id_before_deletion(run_dir: RunDir) -> str:
    """Return the id of a run of the trash, which another run of the same id may have pushed aside.

    Examples
    --------
    >>> id_before_deletion(RunDir("/home/ada/.guild/trash/runs/0123456789abcdef0123456789abcdef_1b2c"))
    '0123456789abcdef0123456789abcdef'
    """
    renamed = _RENAMED.fullmatch(run_dir.id)
    return renamed[1] if renamed else run_dir.id


def _check_place(run_dir: RunDir, folder: str) -> None:
    if run_dir.id in {"", ".", ".."} or os.path.dirname(run_dir.path) != folder:
        raise RunStateError(f"{run_dir.path!r} is not a run in {folder!r}")
    for path in (run_dir.path, folder):
        if os.path.islink(path):
            raise RunStateError(f"{path!r} is a symbolic link; what it points to is not touched")
    if not os.path.isdir(run_dir.path):
        raise RunNotFound(run_dir.id)


@contextmanager
def _held(run_dir: RunDir) -> Iterator[None]:
    """Hold the lock of a run, so that it cannot be started meanwhile; RunStateError if it is running."""
    descriptor = hold_alive(run_dir, create=False)
    try:
        _check_idle(run_dir, is_ours=descriptor is not None)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _check_idle(run_dir: RunDir, *, is_ours: bool) -> None:
    """Refuse a run at work; `is_ours` says that we hold its lock, so that no process of it lives."""
    held = not is_ours and is_alive(run_dir)
    if held or (not is_ours and settle_and_read_status(run_dir) is RunStatus.RUNNING):
        raise RunStateError(f"run {run_dir.short_id!r} is running; stop it first")


def _rename(run_dir: RunDir, target: RunDir) -> None:
    """Rename a directory; FileExistsError where there is something already."""
    try:
        os.rename(run_dir.path, target.path)
    except FileNotFoundError as error:
        raise RunNotFound(run_dir.id) from error
    except OSError as error:
        if error.errno in _IN_THE_WAY:
            raise FileExistsError(target.path) from error
        raise StoreError(f"cannot move {run_dir.path!r}: {error.strerror}") from error


def _make_folder(home: Home, folder: str) -> None:
    if os.path.islink(folder):
        raise RunStateError(f"{folder!r} is a symbolic link; what it points to is not touched")
    try:
        make_folders(folder, inside=home.path)
    except OSError as error:
        raise StoreError(f"cannot make {folder!r}: {error.strerror}") from error


def _leftovers(home: Home) -> list[str]:
    """Return the paths that interrupted purges have left, also those of earlier versions, among the runs themselves."""
    folders = (os.path.dirname(home.trash), home.trash)
    try:
        return [f"{folder}/{name}" for folder in folders for name in os.listdir(folder) if name.startswith(_PURGED)]
    except OSError:
        return []


def _remove(path: str) -> None:
    """Remove a tree, even if folders in it are not writable or another process is removing it as well."""
    for attempt in range(_ATTEMPTS):
        try:
            shutil.rmtree(path)
        except FileNotFoundError:
            if not os.path.lexists(path):
                return
        except PermissionError as error:
            if attempt > 0:
                raise _cannot_remove(path, error) from error
            _make_writable(path)
        except OSError as error:
            raise _cannot_remove(path, error) from error
        else:
            return


def _cannot_remove(path: str, error: OSError) -> StoreError:
    return StoreError(f"cannot remove {path!r}: {error.strerror}; the run cannot be restored, remove the rest by hand")


def _make_writable(path: str) -> None:
    for folder, _, _ in os.walk(path):
        with suppress(OSError):
            os.chmod(folder, stat.S_IRWXU)
