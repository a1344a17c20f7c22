"""Temporary files and folders whose makers were killed: whoever makes the next removes them.

A maker that may work for long holds a lock on what it makes for as long as it needs it; the system drops the lock when
the maker is gone, whatever happened. Where there are no locks age alone tells.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time

#: Folders of this package in the folder for temporary files.
REHEARSAL_PREFIX = "guild_ipy-rehearsal-"
TENSORBOARD_PREFIX = "guild_ipy-tensorboard-"
TEMPORARY_PREFIXES = (REHEARSAL_PREFIX, TENSORBOARD_PREFIX)
#: What is younger may not be locked yet, or is of a maker that works for moments and takes no lock.
_HOUR_SECONDS = 3600.0


def hold_in_use(path: str) -> int:
    """Say that a file or folder is in use, until the descriptor that is returned is closed; OSError if it is gone."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with contextlib.suppress(OSError):  # no locks here
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return descriptor


def remove_left_behind(parent: str, prefixes: tuple[str, ...]) -> None:
    """Remove what this user has left in a folder under names that begin so, and nobody uses any more."""
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
