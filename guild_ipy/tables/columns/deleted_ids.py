"""The ids of deleted runs, read anew only when the trash has changed."""

from __future__ import annotations

import os
import time
from functools import lru_cache

from guild_ipy.errors import StoreError
from guild_ipy.store.guild_home import Home

#: File systems with times in whole seconds: a folder can change and keep its time.
_RACY_NANOSECONDS = 2_000_000_000


def list_deleted(home: Home) -> frozenset[str]:
    """Return the names in the trash."""
    try:
        info = os.stat(home.trash)
    except OSError:
        return frozenset()
    if abs(time.time_ns() - info.st_mtime_ns) < _RACY_NANOSECONDS:
        return _list(home.trash)
    return _list_once(home.trash, info.st_mtime_ns, info.st_ino)


def _list(folder: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))
    except OSError as error:
        raise StoreError(f"cannot list the runs in {folder!r}: {error.strerror}") from error


@lru_cache(maxsize=4)
def _list_once(folder: str, mtime: int, inode: int) -> frozenset[str]:  # noqa: ARG001 - they change with the folder
    return _list(folder)
