"""The runs of a home: list their directories and find one by the beginning of its id.

A directory is a run if it has an operation reference. One with the name of a run and a recorded id but
without a reference has lost it, and is listed as damaged once it is certain that no process is still making it.
"""

from __future__ import annotations

import os
import time

from guild_ipy.errors import RunNotFound, StoreError
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.store.state.lock import is_alive

#: How long ``guild`` may take from making a directory to its operation reference.
MAKING_SECONDS = 10.0
_CANDIDATES_SHOWN = 3


def list_run_dirs(home: Home, *, deleted: bool = False) -> list[RunDir]:
    """List the runs of a home, or of its trash, in no order."""
    folder = home.trash if deleted else home.runs
    return [RunDir(path) for name in _list_names(folder) if is_run(path := f"{folder}/{name}")]


def is_run(path: str) -> bool:
    """Whether there is a run at `path`, damaged or not."""
    return os.path.exists(f"{path}/.guild/opref") or (is_run_id(os.path.basename(path)) and _lost_opref(path))


def find_run_dir(home: Home, id_prefix: str, *, deleted: bool = False) -> RunDir:
    """Find the run whose id begins with `id_prefix`.

    Of several deleted runs of one id, this is the one that was deleted last; its directory has the id itself.

    Raises
    ------
    RunNotFound
        If there is none, or more than one of which none has exactly that id.
    """
    folder = home.trash if deleted else home.runs
    names = sorted(name for name in _list_names(folder) if id_prefix and name.startswith(id_prefix))
    found = [name for name in names if is_run(f"{folder}/{name}")]
    if id_prefix in found:
        found = [id_prefix]
    if len(found) > 1 and all(name.startswith(f"{found[0]}_") for name in found[1:]):
        found = found[:1]
    if not found:
        raise RunNotFound(id_prefix)
    if len(found) > 1:
        shown = ", ".join(found[:_CANDIDATES_SHOWN]) + (", ..." if len(found) > _CANDIDATES_SHOWN else "")
        raise RunNotFound(id_prefix, f"{len(found)} runs begin so ({shown}); give more digits")
    return RunDir(f"{folder}/{found[0]}")


def _list_names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f"cannot list the runs in {folder!r}: {error.strerror}") from error


def _lost_opref(path: str) -> bool:
    attrs = f"{path}/.guild/attrs"
    if not os.path.exists(f"{attrs}/id"):
        return False
    alive = is_alive(RunDir(path))
    if alive is not None:  # we made it, and hold the lock until it is complete
        return not alive
    try:
        return os.path.exists(f"{attrs}/started") or abs(time.time() - os.stat(attrs).st_mtime) > MAKING_SECONDS
    except OSError:
        return False
