"""Temporary files and folders of processes that were killed; the next process that makes some removes them.

A process that needs its file or folder for long holds a lock on it; the system drops the lock when the process is gone,
however it ended. On file systems without locks, age alone decides.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time

from guild_ipy.errors import StoreError
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.store.state.lock import hold_alive

#: Folders of this package in the folder for temporary files.
TENSORBOARD_PREFIX = "guild_ipy-tensorboard-"
#: A younger file may not be locked yet, or belong to a process that needs it for moments only and takes no lock.
_HOUR_SECONDS = 3600.0


def hold_in_use(path: str) -> int:
    """Say that a file or folder is in use, until the descriptor that is returned is closed; OSError if it is gone."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with contextlib.suppress(OSError):  # no locks here
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return descriptor


def remove_left_behind(parent: str, prefixes: tuple[str, ...]) -> None:
    """Remove files and folders of this user in `parent` whose names begin so and which are not in use."""
    try:
        entries = [*os.scandir(parent)]
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(prefixes):
            with contextlib.suppress(OSError):  # another process was quicker
                _remove_if_left(entry)


def _remove_if_left(entry: os.DirEntry[str]) -> None:
    info = entry.stat(follow_symlinks=False)
    is_folder = entry.is_dir(follow_symlinks=False)
    is_old = abs(time.time() - info.st_mtime) > _HOUR_SECONDS
    if not is_old or info.st_uid != os.geteuid() or not (is_folder or entry.is_file(follow_symlinks=False)):
        return
    if _is_in_use(entry.path):
        return
    if is_folder:
        shutil.rmtree(entry.path, ignore_errors=True)
    else:
        os.unlink(entry.path)


def _is_in_use(path: str) -> bool:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no locks here
        return False
    finally:
        os.close(descriptor)
    return False


#: A younger folder may be that of a run which is just being made, also on a machine whose locks are not seen here.
_MAKING_SECONDS = 600.0


def remove_skeleton(run_dir: RunDir) -> None:
    """Remove a folder among the runs that is not a run and certainly will not become one."""
    if not _is_skeleton(run_dir):
        return
    try:
        alive = hold_alive(run_dir, create=False)
    except StoreError:
        return
    if alive is None and os.path.lexists(run_dir.alive):
        return
    shutil.rmtree(run_dir.path, ignore_errors=True)
    if alive is not None:
        os.close(alive)


def _is_skeleton(run_dir: RunDir) -> bool:
    if not is_run_id(run_dir.id) or os.path.islink(run_dir.path):
        return False
    try:
        is_old = abs(time.time() - os.stat(run_dir.guild).st_mtime) > _MAKING_SECONDS
        others = set(os.listdir(run_dir.path)) - {".guild"}
    except OSError:
        return False
    known = (run_dir.opref, run_dir.attr("id"), run_dir.attr("started"), run_dir.attr("exit_status"))
    return is_old and not others and not any(map(os.path.lexists, known))
