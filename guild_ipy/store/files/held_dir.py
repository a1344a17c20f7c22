"""A run directory that stays the same one even if its path is moved, deleted or replaced.

A supervisor works for as long as its run. Meanwhile the run, or its whole home, may be moved, deleted, or replaced by
another of the same name. Through an open descriptor the directory is reached wherever it is, and a deleted one takes
no more files, so nothing can make it anew.
"""

from __future__ import annotations

import os

from guild_ipy.linux import path_of_descriptor
from guild_ipy.store.run_dir import RunDir


def hold_dir(run_dir: RunDir) -> RunDir:
    """Return the same directory by a path that holds until this process ends, also for its forks.

    Its ``id`` is not that of the run. Where the system has no such paths, or the directory is gone already, `run_dir`
    itself is returned.
    """
    try:
        descriptor = os.open(run_dir.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return run_dir
    path = path_of_descriptor(descriptor)
    if path is not None:
        return RunDir(path)
    os.close(descriptor)
    return run_dir
