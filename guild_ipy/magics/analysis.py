"""What ``%guild_compare``, ``%guild_diff`` and ``%guild_tensorboard`` do."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from guild_ipy.api.context import get_context
from guild_ipy.api.plain_values import comparison_values, diff_values
from guild_ipy.api.run_diff import RunDiff
from guild_ipy.api.selection import select_runs
from guild_ipy.api.tensorboard import MISSING, LinkFolder
from guild_ipy.arguments.analysis import COMPARE, DIFF, TENSORBOARD
from guild_ipy.arguments.apply_analysis import apply_compare, apply_diff, find_shown, write_csv
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

Words = Sequence[str]


def call_compare(words: Words) -> pd.DataFrame | list[dict[str, Any]] | None:
    """Give a frame or plain values, or write a CSV file."""
    arguments = COMPARE.parse(words)
    context = get_context()
    if arguments.json:
        return comparison_values(apply_compare(context, arguments))
    if arguments.csv is not None:
        print(write_csv(apply_compare(context, arguments), arguments.csv))
        return None
    from guild_ipy.frame.runs import compare_filtered, compare_runs  # start-up cost: pandas

    selection = arguments.selection
    if not selection.refs:
        frame = compare_filtered(selection.filter, arguments.columns)
        if frame.empty:
            tell_unmatched(selection.filter)
        return frame
    return compare_runs(select_runs(context, selection.refs, selection.filter), arguments.columns)


def tell_unmatched(run_filter: RunFilter) -> None:
    """Say, where nothing was found, which name in the filter may be a slip."""
    from guild_ipy.api.unmatched import describe_unmatched  # start-up cost: for those who find nothing

    hint = describe_unmatched(get_context().index, run_filter)
    if hint:
        print(hint)


def call_diff(words: Words) -> RunDiff | dict[str, Any]:
    """Give what differs."""
    arguments = DIFF.parse(words)
    found = apply_diff(get_context(), arguments)
    return diff_values(found) if arguments.json else found


def call_tensorboard(words: Words) -> None:
    """Show runs in TensorBoard, below the cell."""
    arguments = TENSORBOARD.parse(words)
    runs = find_shown(get_context(), arguments)
    try:
        from tensorboard import notebook  # optional
    except ImportError as error:
        raise UsageError(MISSING) from error
    beside = os.path.join(os.path.dirname(sys.executable), "tensorboard")
    if os.path.exists(beside):  # a kernel need not have it on its path; TensorBoard itself asks for this variable
        os.environ.setdefault("TENSORBOARD_BINARY", beside)
    folder = LinkFolder(runs)
    folder.keep_fresh()
    notebook.start(shlex.join(["--logdir", folder.path, *arguments.options]))
