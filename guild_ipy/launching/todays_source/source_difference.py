"""In which files two snapshots of the source differ, in one line."""

from __future__ import annotations

import filecmp
import os

from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.source_files import diff_file, find_source_files

_SHOWN_FILES = 8


def describe_difference(before: RunDir, now: RunDir) -> str:
    """Return which files differ, with the lines that are new and gone: ``2 files differ: a.py (+3 -1), b.py (added)``.

    Empty if all are the same.
    """
    old, new = find_source_files(before), find_source_files(now)
    found = [
        text
        for name in sorted({*old, *new})
        if (text := _describe_file(name, (before, old.get(name)), (now, new.get(name))))
    ]
    if not found:
        return ""
    more = [f"and {len(found) - _SHOWN_FILES} more"] if len(found) > _SHOWN_FILES else []
    count = "1 file differs" if len(found) == 1 else f"{len(found):,} files differ"
    return f"{count}: {', '.join([*found[:_SHOWN_FILES], *more])}"


def _describe_file(name: str, before: tuple[RunDir, str | None], now: tuple[RunDir, str | None]) -> str:
    if before[1] is None or now[1] is None:
        return f"{name} ({'added' if before[1] is None else 'removed'})"
    if _is_same(os.path.join(before[0].path, before[1]), os.path.join(now[0].path, now[1])):
        return ""
    _, _, *lines = diff_file(name, before, now).splitlines() or ("", "")
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    return f"{name} (+{added} -{removed})"


def _is_same(one: str, other: str) -> bool:
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:  # the run has removed it
        return False
