"""The files of two runs: which are not the same, and the lines in which the texts of their source differ."""

from __future__ import annotations

import filecmp
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass

from guild_ipy.session.file_access import list_files
from guild_ipy.session.run_handle import Run
from guild_ipy.store.source_files import diff_file, find_source_files, list_entries


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
    internal = list_entries(run.dir, "i")  # files with the flags in them: a script whose own text is set aside
    source = {*find_source_files(run.dir).values(), *internal}
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
    ours, theirs = find_source_files(left.dir), find_source_files(right.dir)
    paths = sorted({*ours, *theirs})
    return "".join(diff_file(path, (left.dir, ours.get(path)), (right.dir, theirs.get(path))) for path in paths)
