"""The files of two runs: which are not the same, and the lines in which the texts of their source differ."""

from __future__ import annotations

import difflib
import filecmp
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass

from guild_ipy.errors import DamagedRun
from guild_ipy.session.file_access import list_files
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.used_runs.manifest import EntryKind, read_manifest

_LARGEST_SOURCE = 2**20


@dataclass(frozen=True, kw_only=True)
class FileDifference:
    """A file that is not the same in two runs, with its size in bytes; None where a run does not have it."""

    path: str
    left: int | None
    right: int | None


@dataclass(frozen=True, kw_only=True)
class FileDifferences:
    """The files that are not the same in two runs."""

    found: Sequence[FileDifference]
    unread: Sequence[str]
    """Files of the same size in both whose content was not compared, because that is more than was to be read."""


def compare_files(left: Run, right: Run, most_bytes: float = math.inf) -> FileDifferences:
    """Compare the files of two runs, without their source code; at most `most_bytes` are read, of small files first."""
    ours, theirs = _sizes(left), _sizes(right)
    changed, unread = [], []
    for path in sorted(ours.keys() & theirs.keys(), key=lambda path: (ours[path], path)):
        is_link = any(os.path.islink(os.path.join(run.path, path)) for run in (left, right))
        count = 0 if is_link or ours[path] != theirs[path] else ours[path] + theirs[path]
        if count > most_bytes:
            unread.append(path)
            continue
        most_bytes -= count
        if not _is_same(left, right, path, is_link=is_link):
            changed.append(path)
    return FileDifferences(
        found=[
            FileDifference(path=path, left=ours.get(path), right=theirs.get(path))
            for path in sorted([*changed, *ours.keys() ^ theirs.keys()])
        ],
        unread=sorted(unread),
    )


def _sizes(run: Run) -> dict[str, int]:
    source = {*find_source_files(run).values(), *_internal_files(run)}
    sizes = ((path, _size(run, path)) for path in list_files(run.dir) if path not in source)
    return {path: size for path, size in sizes if size is not None}


def _size(run: Run, path: str) -> int | None:
    try:
        return os.lstat(os.path.join(run.dir.path, path)).st_size
    except OSError:  # it has gone since it was listed
        return None


def _is_same(left: Run, right: Run, path: str, *, is_link: bool) -> bool:
    ours, theirs = os.path.join(left.path, path), os.path.join(right.path, path)
    if is_link:
        return os.path.realpath(ours) == os.path.realpath(theirs)
    try:
        return filecmp.cmp(ours, theirs, shallow=False)
    except OSError:  # as above
        return False


# -- source code


def diff_source(left: Run, right: Run) -> str:
    """Return the unified diff of the source of two runs; empty where it is the same."""
    ours, theirs = find_source_files(left), find_source_files(right)
    paths = sorted({*ours, *theirs})
    return "".join(diff_file(path, (left, ours.get(path)), (right, theirs.get(path))) for path in paths)


def diff_file(name: str, left: tuple[Run, str | None], right: tuple[Run, str | None]) -> str:
    """Return the unified diff of a text file, which is at a place of each of two runs; None where it is missing."""
    return "".join(difflib.unified_diff(_lines(*left), _lines(*right), f"a/{name}", f"b/{name}"))


def find_source_files(run: Run) -> dict[str, str]:
    """Return where in a run each file of its source is, by its name in the project; links are left out."""
    listed = _listed(run, "s")
    found = (os.path.join(folder, name) for folder, _, names in os.walk(run.dir.sourcecode) for name in names)
    below = {os.path.relpath(path, run.dir.path) for path in found if not os.path.islink(path)}  # links lead to secrets
    snapshot = os.path.relpath(run.dir.sourcecode, run.dir.path) + "/"
    return {path.removeprefix(snapshot): path for path in sorted(listed | below)}


def _internal_files(run: Run) -> set[str]:
    """Return the files that have the flags in them: a script whose own text is set aside."""
    return _listed(run, "i")


def _listed(run: Run, kind: EntryKind) -> set[str]:
    try:
        return {entry.path for entry in read_manifest(run.dir) if entry.kind == kind}
    except DamagedRun:
        return set()


def _lines(run: Run, path: str | None) -> list[str]:
    """Read the lines of a source file, each with its end; none where the file is missing."""
    if path is None:
        return []
    try:
        with open_reader(os.path.join(run.dir.path, path)) as file:
            content = file.read(_LARGEST_SOURCE)
    except OSError:
        return []
    if b"\0" in content:
        return [f"(binary, {len(content)} bytes)\n"]
    rest = [f"(behind {_LARGEST_SOURCE} bytes nothing is compared)\n"] if len(content) == _LARGEST_SOURCE else []
    return [*(line + "\n" for line in content.decode("utf-8", "replace").splitlines()), *rest]
