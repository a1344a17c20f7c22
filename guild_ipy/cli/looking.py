"""The verbs that only look, at a shell."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace

from guild_ipy.api.context import Context
from guild_ipy.api.files import list_files, open_file
from guild_ipy.api.handle import Run
from guild_ipy.api.info import get_info
from guild_ipy.api.lineage_tree import format_lineage
from guild_ipy.api.operations import get_operations, list_operations
from guild_ipy.api.plain_values import (
    format_json,
    home_values,
    info_values,
    lineage_values,
    operation_values,
    run_values,
)
from guild_ipy.api.runs import list_runs, list_stale
from guild_ipy.arguments import look
from guild_ipy.arguments.apply import apply_lineage, find_run
from guild_ipy.arguments.lineage import LINEAGE
from guild_ipy.cli.slips import tell_unmatched
from guild_ipy.cli.tables import format_runs
from guild_ipy.cli.words import Words
from guild_ipy.errors import UsageError
from guild_ipy.printable import printable
from guild_ipy.view import format_details, format_operations

_SHOWN = 20


def call_runs(context: Context, words: Words) -> None:
    """Print one line a run."""
    arguments = look.RUNS.parse(words)
    wanted = arguments.filter
    if not (arguments.all or arguments.json) and wanted.limit is None:
        wanted = replace(wanted, limit=_SHOWN * (arguments.more + 1))
    stale = list_stale(context, arguments.filter) if arguments.stale else None
    shown = list_runs(context, wanted) if stale is None else stale[: wanted.limit]
    if not shown:
        tell_unmatched(context.index, arguments.filter)
    if arguments.json:
        print(format_json([run_values(found) for found in shown]))
        return
    if shown:
        print(_details(shown) if arguments.details else format_runs(shown, simplified=arguments.simplified))
    if len(shown) == wanted.limit and arguments.filter.limit is None:
        count = len(context.index.ids(arguments.filter) if stale is None else stale)
        if count > len(shown):
            print(f"The newest {len(shown)} of {count} runs; --more shows 20 more, --all all of them", file=sys.stderr)


def call_info(context: Context, words: Words) -> None:
    """Print what is known of a run."""
    arguments = look.INFO.parse(words)
    found = find_run(context, arguments.selection)
    if arguments.json:
        print(format_json(info_values(found, output=arguments.output)))
    else:
        print(get_info(found, output=arguments.output))


def call_lineage(context: Context, words: Words) -> None:
    """Print what a run was made of, and what was made of it."""
    arguments = LINEAGE.parse(words)
    graph = apply_lineage(context, arguments)
    print(format_json(lineage_values(graph)) if arguments.json else format_lineage(graph))


def call_ls(context: Context, words: Words) -> None:
    """Print the files of a run."""
    arguments = look.LS.parse(words)
    paths = list_files(find_run(context, arguments.selection), everything=arguments.all)
    if arguments.json:
        print(format_json(paths))
        return
    for path in paths:
        print(printable(path))


def call_cat(context: Context, words: Words) -> None:
    """Print what a run printed, or a file of it."""
    arguments = look.CAT.parse(words)
    found = find_run(context, arguments.selection)
    if arguments.path is None and not os.path.exists(found.dir.output):  # it has not printed yet
        return
    with open_file(found, arguments.path or found.dir.output) as file:
        shutil.copyfileobj(file, sys.stdout.buffer)


def call_home(context: Context, words: Words) -> None:
    """Print Guild home."""
    arguments = look.HOME.parse(words)
    if (path := arguments.path) is not None:
        raise UsageError(f"home: a shell command ends at once; set GUILD_HOME={path} for those that follow")
    print(format_json(home_values(context.home)) if arguments.json else printable(context.home.path))


def call_operations(context: Context, words: Words) -> None:
    """Print what can be run here."""
    arguments = look.OPERATIONS.parse(words)
    found = get_operations(context, arguments.names) if arguments.names else list_operations(context)
    if arguments.json:
        print(format_json([operation_values(each) for each in found]))
    elif found:
        print(format_details(found) if arguments.names else format_operations(found))


def _details(runs: Sequence[Run]) -> str:
    return "\n\n".join(str(get_info(found)) for found in runs)
