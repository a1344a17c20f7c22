"""What ``compare``, ``diff`` and ``tensorboard`` do at a shell."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from guild_ipy.api.context import Context
from guild_ipy.api.plain_values import comparison_values, diff_values, format_json
from guild_ipy.api.tensorboard import serve
from guild_ipy.arguments.analysis import COMPARE, DIFF, TENSORBOARD
from guild_ipy.arguments.apply_analysis import apply_compare, apply_diff, find_shown, write_csv
from guild_ipy.cli.slips import tell_unmatched

Words = Sequence[str]


def call_compare(context: Context, words: Words) -> None:
    """Print a table, or write a CSV file."""
    arguments = COMPARE.parse(words)
    found = apply_compare(context, arguments)
    if not found.rows:
        tell_unmatched(context.index, arguments.selection.filter)
    if arguments.json:
        print(format_json(comparison_values(found)))
    elif arguments.csv is not None:
        print(write_csv(found, arguments.csv), end="\n" if arguments.csv != "-" else "", file=sys.stderr)
    elif found.rows:
        print(found)


def call_diff(context: Context, words: Words) -> None:
    """Print what differs."""
    arguments = DIFF.parse(words)
    found = apply_diff(context, arguments)
    print(format_json(diff_values(found)) if arguments.json else found)


def call_tensorboard(context: Context, words: Words) -> None:
    """Show runs in TensorBoard until Ctrl-C."""
    arguments = TENSORBOARD.parse(words)
    serve(find_shown(context, arguments), arguments.options)
