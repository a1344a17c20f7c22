"""Folders of runs that were never made: whoever made them was killed, or had no descriptor left to remove them.

Such a folder has no operation reference and nobody holds its ``alive``. A run that has lost its reference is none: it
has an id or has started.
"""

from __future__ import annotations

import os
import shutil
import time

from guild_ipy.errors import StoreError
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.store.state.lock import hold_alive

#: For so long the folder may be that of a run on its way, also on a machine whose locks are not seen here.
_MAKING_SECONDS = 600.0


def remove_skeleton(run_dir: RunDir) -> None:
    """Remove a folder among the runs that is not a run, if it is certain that it will not become one."""
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
