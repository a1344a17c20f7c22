"""In what a run differs from another: values by name, files, and the source as a unified diff."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.choosing.time_range import TimeRange
from guild_ipy.domain.values.file_type import format_size
from guild_ipy.errors import RunNotFound, UsageError
from guild_ipy.operations.dependencies.run_query import quote
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session
from guild_ipy.store.source_files import diff_file
from guild_ipy.tables.columns.run_names import beginning_of
from guild_ipy.verbs.looking.compared_files import FileDifference, FileDifferences, compare_files
from guild_ipy.verbs.looking.diff import diff
from guild_ipy.view.changed_runs import command_of, shorten
from guild_ipy.view.run_diff import Aspect, Difference
from guild_ipy.view.shown_file import look_at_file
from guild_ipy.widgets.detail.cut_text import cut_list, cut_text

#: All but the files, which are compared here: not all of them may be read.
_ASPECTS = (Aspect.ATTRIBUTES, Aspect.FLAGS, Aspect.SCALARS, Aspect.ENVIRONMENT, Aspect.SOURCE)
_MOST_VALUES = 500
_MOST_LINES = 4_000
_MOST_CHARACTERS = 400_000
_MOST_FILES = 500
_MOST_BYTES_OF_FILES = 50_000_000
#: Of larger files, and of more lines of all files together, it is not shown which lines differ.
_LARGEST_TEXT = 50_000
_MOST_LINES_OF_FILES = 2_000


def find_run_before(session: Session, run: Run) -> Run:
    """Return the run of the same operation that started before this one; RunNotFound where there is none."""
    record = run.record
    same = f"operation = {quote(record.operation or '')}"
    before = RunFilter(where=same, started=TimeRange(end=record.started_at), limit=2)
    for other in list_runs(session, before):
        if other.id != run.id:
            return other
    raise RunNotFound(None, f"there is no earlier run of {run.operation}; choose a run to compare with")


def describe_differences(other: Run, run: Run) -> dict[str, Any]:
    """Return what changes from another run to this one."""
    found = diff([other, run], _ASPECTS)
    files = compare_files(other, run, _MOST_BYTES_OF_FILES)
    source, more = cut_list(found.source[:_MOST_CHARACTERS].splitlines(), _MOST_LINES)
    is_cut = more is not None or len(found.source) > _MOST_CHARACTERS
    return {
        "other": {"id": other.id, "name": beginning_of(other.id), "operation": cut_text(other.operation)},
        "differences": [
            {"aspect": aspect.value, "values": list(map(_describe, several[:_MOST_VALUES])), "count": len(several)}
            for aspect, several in found.differences.items()
        ],
        "files": _describe_files(other, run, files),
        "source": source,
        "is_empty": found.is_empty and not (files.found or files.unread),
        "note": f"only the first {len(source):,} lines of the source are shown" if is_cut else None,
    }


def _describe(difference: Difference) -> dict[str, str | None]:
    left, right = (None if text is None else cut_text(text) for text in (difference.left, difference.right))
    return {"name": cut_text(difference.name), "from": left, "to": right}


# -- files


def _describe_files(other: Run, run: Run, files: FileDifferences) -> dict[str, Any]:
    """Return sizes by name, and the lines that differ in small texts; what is left out is named in ``note``."""
    shown, more = cut_list(files.found, _MOST_FILES)
    values, left = [], _MOST_LINES_OF_FILES
    for each in shown:
        lines = _diff_lines(other, run, each) if left else []
        values.append({**_describe_sizes(other, run, each), "lines": lines[:left]})
        left -= len(lines[:left])
    cut = None if left else f"only the first {_MOST_LINES_OF_FILES:,} lines that differ are shown"
    note = "; ".join(filter(None, [more, cut, _describe_unread(other, run, files.unread)]))
    return {"values": values, "note": note or None}


def _describe_sizes(other: Run, run: Run, found: FileDifference) -> dict[str, str | None]:
    before, after = _describe_size(other, found.path, found.left), _describe_size(run, found.path, found.right)
    is_told = before != after
    return {"name": cut_text(found.path), "from": before, "to": after if is_told else f"{after}, other content"}


def _describe_size(run: Run, path: str, size: int | None) -> str | None:
    if size is None:
        return None
    return "link" if os.path.islink(os.path.join(run.path, path)) else format_size(size)


def _diff_lines(other: Run, run: Run, found: FileDifference) -> list[str]:
    """Return a unified diff without its heading; nothing where one of the files is not a small text."""
    if found.left is None or found.right is None or max(found.left, found.right) > _LARGEST_TEXT:
        return []
    try:
        kinds = [look_at_file(each.dir, found.path)[0].kind for each in (other, run)]
    except UsageError:  # a link that leads out of the run, a pipe, or it is gone
        return []
    if not all(kind.is_text for kind in kinds):
        return []
    _, _, *lines = diff_file(found.path, (other.dir, found.path), (run.dir, found.path)).splitlines() or ("", "")
    return list(map(cut_text, lines))


def _describe_unread(other: Run, run: Run, paths: Sequence[str]) -> str | None:
    if not paths:
        return None
    are = "large file of the same size is" if len(paths) == 1 else "large files of the same size are"
    command = f"{command_of('diff')} {other.short_id} {run.short_id} --files"
    return f"{len(paths):,} {are} not compared, but by `{command}`: {cut_text(shorten(paths))}"
