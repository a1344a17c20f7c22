"""``guild-runs.json``: the runs that a summary operation was given, beside the links to them.

The file is a list of objects, newest run first::

    [{"id": "63d8c402...", "dir": "./63d8c402...", "operation": "train", "status": "completed",
      "started": "2026-11-25T09:51:19+00:00", "stopped": ..., "label": ..., "tags": [...], "marked": false,
      "flags": {"lr": 0.1}, "scalars": {"loss": 0.25}}, ...]

``dir`` is relative to the file. JSON has no NaN and no infinity; these are null in ``scalars``, and text in ``flags``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from guild_ipy.errors import DamagedRun
from guild_ipy.store.attrs import read_attr
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.store.whole_file import read_bytes

RUNS_FILE = "guild-runs.json"


def find_input_files(run_dir: RunDir) -> dict[str, str]:
    """Give the path of each ``guild-runs.json`` of a run by the name of the dependency that it is of."""
    deps = read_attr(run_dir, "deps")
    found = {}
    for name, sources in deps.items() if isinstance(deps, Mapping) else ():
        for source in sources.values() if isinstance(sources, Mapping) else ():
            for path in _paths(source):
                if os.path.basename(path) == RUNS_FILE:
                    found[str(name)] = os.path.normpath(os.path.join(run_dir.path, path))
    return found


def read_input_runs(path: str) -> list[dict[str, Any]]:
    """Read such a file; the ``dir`` of each run becomes absolute.

    Raises
    ------
    DamagedRun
        If it is not there, or is not what is written.
    """
    content = read_bytes(path, 2**30)
    try:
        runs = json.loads(content or b"")
        return [{**run, "dir": os.path.normpath(os.path.join(os.path.dirname(path), run["dir"]))} for run in runs]
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedRun(path, str(error)) from error


def list_input_dirs(run_dir: RunDir) -> list[RunDir]:
    """Give the directories of all runs that a run was given, through its own links to them."""
    folders = {os.path.dirname(path) for path in find_input_files(run_dir).values()}
    paths = (os.path.join(folder, name) for folder in sorted(folders) for name in os.listdir(folder) if is_run_id(name))
    return [RunDir(path) for path in paths]


def _paths(source: object) -> list[str]:
    paths = source.get("paths") if isinstance(source, Mapping) else None
    return [path for path in paths if isinstance(path, str)] if isinstance(paths, list) else []
