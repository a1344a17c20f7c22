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
from guild_ipy.api.runs import list_runs, list_stale
from guild_ipy.arguments import look
from guild_ipy.arguments.apply import apply_lineage, find_run
from guild_ipy.arguments.lineage import LINEAGE
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
    if not arguments.all and wanted.limit is None:
        wanted = replace(wanted, limit=_SHOWN)
    stale = list_stale(context, arguments.filter) if arguments.stale else None
    shown = list_runs(context, wanted) if stale is None else stale[: wanted.limit]
    if shown:
        print(_details(shown) if arguments.details else format_runs(shown))
    if len(shown) == wanted.limit and arguments.filter.limit is None:
        count = len(context.index.ids(arguments.filter) if stale is None else stale)
        if count > len(shown):
            print(f"The newest {len(shown)} of {count} runs; --all shows all of them", file=sys.stderr)


def call_info(context: Context, words: Words) -> None:
    """Print what is known of a run."""
    print(get_info(find_run(context, look.INFO.parse(words).selection)))


def call_lineage(context: Context, words: Words) -> None:
    """Print what a run was made of, and what was made of it."""
    print(format_lineage(apply_lineage(context, LINEAGE.parse(words))))


def call_ls(context: Context, words: Words) -> None:
    """Print the files of a run."""
    arguments = look.LS.parse(words)
    for path in list_files(find_run(context, arguments.selection), everything=arguments.all):
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
    path = look.HOME.parse(words).path
    if path is not None:
        raise UsageError(f"home: a shell command ends at once; set GUILD_HOME={path} for those that follow")
    print(context.home.path)


def call_operations(context: Context, words: Words) -> None:
    """Print what can be run here."""
    names = look.OPERATIONS.parse(words).names
    if names:
        print(format_details(get_operations(context, names)))
        return
    found = list_operations(context)
    if found:
        print(format_operations(found))


def _details(runs: Sequence[Run]) -> str:
    return "\n\n".join(str(get_info(found)) for found in runs)
