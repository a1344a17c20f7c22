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
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.errors import DamagedRun
from guild_ipy.store.files.attr_types import parse_value
from guild_ipy.store.files.attrs import read_attr
from guild_ipy.store.files.whole_file import read_bytes
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.store.used_runs.deps import DEPS, items_of

RUNS_FILE = "guild-runs.json"


@dataclass(frozen=True, kw_only=True)
class InputRun:
    """A run in the file; `dir` is absolute."""

    id: str
    dir: str
    operation: str | None
    status: str | None
    started: datetime | None
    stopped: datetime | None
    label: str | None
    marked: bool
    flags: Mapping[str, FlagValue]
    scalars: Mapping[str, float | None]


def find_input_files(run_dir: RunDir) -> dict[str, str]:
    """Return the path of each ``guild-runs.json`` of a run by the name of its dependency.

    If a dependency has several of them, each has the name of its source.

    Raises
    ------
    DamagedRun
        If the attribute ``deps`` cannot be read; malformed entries are skipped.
    """
    found = {}
    for name, sources in items_of(read_attr(run_dir, DEPS)):
        files = {source: path for source, content in items_of(sources) for path in _runs_files(content)}
        for source, path in files.items():
            found[name if len(files) == 1 else source] = os.path.normpath(os.path.join(run_dir.path, path))
    return found


def read_input_runs(path: str) -> list[InputRun]:
    """Read such a file.

    Raises
    ------
    DamagedRun
        If it is not there, or is not of the form above.
    """
    try:
        return [_parse_run(run, os.path.dirname(path)) for run in _list(json.loads(read_bytes(path, 2**30) or b""))]
    except DamagedRun:
        raise
    except KeyError as error:
        raise DamagedRun(path, f"a run has no {error}") from error
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise DamagedRun(path, str(error)) from error


def list_input_dirs(run_dir: RunDir) -> list[RunDir]:
    """Return the directories of all runs that a run was given, through its own links to them."""
    folders = {os.path.dirname(path) for path in find_input_files(run_dir).values()}
    paths = (os.path.join(folder, name) for folder in sorted(folders) for name in _list_names(folder))
    return [RunDir(path) for path in paths if is_run_id(os.path.basename(path))]


def _runs_files(source: object) -> list[str]:
    paths = source.get("paths") if isinstance(source, Mapping) else None
    texts = [path for path in paths if isinstance(path, str)] if isinstance(paths, list) else []
    return [path for path in texts if os.path.basename(path) == RUNS_FILE]


def _parse_run(run: dict[str, Any], folder: str) -> InputRun:
    return InputRun(
        id=_text(run["id"]) or "",
        dir=os.path.normpath(os.path.join(folder, _text(run["dir"]) or "")),
        operation=_text(run.get("operation")),
        status=_text(run.get("status")),
        started=_moment(run.get("started")),
        stopped=_moment(run.get("stopped")),
        label=_text(run.get("label")),
        marked=bool(run.get("marked")),
        flags={name: parse_value(value) for name, value in (run.get("flags") or {}).items()},
        scalars={name: None if value is None else float(value) for name, value in (run.get("scalars") or {}).items()},
    )


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"it holds {type(value).__name__}, not a list")
    return value


def _text(value: object) -> str | None:
    if not isinstance(value, str | None):
        raise TypeError(f"{str(value)[:40]!r} is no text")
    return value


def _moment(value: object) -> datetime | None:
    text = _text(value)
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _list_names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except (OSError, ValueError):  # it is gone, or the entry of the run is not a path
        return []
