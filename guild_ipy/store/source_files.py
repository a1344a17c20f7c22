"""The files of the source of a run, and the lines in which two texts of one differ."""

from __future__ import annotations

import difflib
import os

from guild_ipy.errors import DamagedRun
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.used_runs.manifest import EntryKind, read_manifest

_LARGEST_SOURCE = 2**20


def find_source_files(run_dir: RunDir) -> dict[str, str]:
    """Return where in a run each file of its source is, by its name in the project; links are left out."""
    listed = list_entries(run_dir, "s")
    found = (os.path.join(folder, name) for folder, _, names in os.walk(run_dir.sourcecode) for name in names)
    below = {os.path.relpath(path, run_dir.path) for path in found if not os.path.islink(path)}  # links lead to secrets
    snapshot = os.path.relpath(run_dir.sourcecode, run_dir.path) + "/"
    return {path.removeprefix(snapshot): path for path in sorted(listed | below)}


def list_entries(run_dir: RunDir, kind: EntryKind) -> set[str]:
    """Return the paths that the manifest of a run has of this kind; none if it cannot be read."""
    try:
        return {entry.path for entry in read_manifest(run_dir) if entry.kind == kind}
    except DamagedRun:
        return set()


def diff_file(name: str, left: tuple[RunDir, str | None], right: tuple[RunDir, str | None]) -> str:
    """Return the unified diff of a text file, which is at a place of each of two runs; None where it is missing."""
    return "".join(difflib.unified_diff(_lines(*left), _lines(*right), f"a/{name}", f"b/{name}"))


def _lines(run_dir: RunDir, path: str | None) -> list[str]:
    """Read the lines of a source file, each with its end; none where the file is missing."""
    if path is None:
        return []
    try:
        with open_reader(os.path.join(run_dir.path, path)) as file:
            content = file.read(_LARGEST_SOURCE)
    except OSError:
        return []
    if b"\0" in content:
        return [f"(binary, {len(content)} bytes)\n"]
    rest = [f"(behind {_LARGEST_SOURCE} bytes nothing is compared)\n"] if len(content) == _LARGEST_SOURCE else []
    return [*(line + "\n" for line in content.decode("utf-8", "replace").splitlines()), *rest]
