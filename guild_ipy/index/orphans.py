"""Indexes of homes that are gone: whoever makes a new index removes them.

Beside each index stands the path of its home, in the file ``home``. One whose home is not there, and that nobody has
used for a month, is removed; should the home come back, its index is built anew.
"""

from __future__ import annotations

import os
import shutil
import time

from guild_ipy.store.home import Home
from guild_ipy.store.regular_file import open_regular, read_regular

_NAME = "home"
_MONTH_SECONDS = 30 * 86_400


def note_home(folder: str, home: Home) -> None:
    """Say in the folder of an index which home it is of; nothing is said where that cannot be written."""
    try:
        descriptor = open_regular(f"{folder}/{_NAME}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.fsencode(os.path.realpath(home.path)))
    except OSError:
        return


def remove_orphans(root: str) -> None:
    """Remove the indexes in a folder of indexes whose homes have been gone for a while."""
    try:
        folders = [entry.path for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return
    for folder in folders:
        if _is_orphan(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_orphan(folder: str) -> bool:
    try:
        home = os.fsdecode(read_regular(f"{folder}/{_NAME}"))
        last = max(entry.stat(follow_symlinks=False).st_mtime for entry in os.scandir(folder))
    except OSError:
        return False
    return bool(home) and not os.path.exists(home) and time.time() - last > _MONTH_SECONDS
