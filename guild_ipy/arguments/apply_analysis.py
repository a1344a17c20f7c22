"""From the parsed arguments of ``compare``, ``diff`` and ``tensorboard`` to the functions of ``api``."""

from __future__ import annotations

import sys
from dataclasses import replace

from guild_ipy.api.compare import Comparison, compare
from guild_ipy.api.context import Context
from guild_ipy.api.diff import diff, older_first
from guild_ipy.api.handle import Run
from guild_ipy.api.run_diff import RunDiff
from guild_ipy.api.selection import select_runs
from guild_ipy.arguments.analysis import CompareArguments, DiffArguments, TensorboardArguments
from guild_ipy.errors import StoreError

_TWO = 2


def apply_compare(context: Context, arguments: CompareArguments) -> Comparison:
    """Put the runs beside each other."""
    selection = arguments.selection
    chosen = select_runs(context, selection.refs, selection.filter) if selection.refs else selection.filter
    return compare(context, chosen, arguments.columns)


def write_csv(comparison: Comparison, path: str) -> str:
    """Write a comparison to a file, or for ``-`` to standard output; the line that says so, if there is one."""
    if path == "-":
        comparison.write_csv(sys.stdout)
        return ""
    try:
        with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            comparison.write_csv(file)
    except OSError as error:
        raise StoreError(f"cannot write {path!r}: {error.strerror}") from error
    return f"Wrote {len(comparison.rows)} run(s) to {path}"


def apply_diff(context: Context, arguments: DiffArguments) -> RunDiff:
    """Compare the two runs that are named, else the two newest of the filter."""
    selection = arguments.selection
    if selection.refs:
        return diff(select_runs(context, selection.refs, selection.filter), arguments.aspects)
    newest = replace(selection.filter, limit=min(_TWO, selection.filter.limit or _TWO))
    return diff(older_first(select_runs(context, (), newest, default="all")), arguments.aspects)


def find_shown(context: Context, arguments: TensorboardArguments) -> list[Run]:
    """Give the runs that TensorBoard shall show; there is one at least."""
    selection = arguments.selection
    return select_runs(context, selection.refs, selection.filter, default="all")
