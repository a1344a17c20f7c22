"""What each verb does at a shell: parse the words, call one function, show its value."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from guild_ipy.api.context import Context, get_context
from guild_ipy.api.files import list_files, open_file
from guild_ipy.api.handle import Run
from guild_ipy.api.info import get_info
from guild_ipy.api.operations import list_operations
from guild_ipy.api.runs import list_runs
from guild_ipy.api.select import explain
from guild_ipy.api.select import select as select_runs
from guild_ipy.arguments import change, look, run, select
from guild_ipy.arguments.apply import (
    apply_delete,
    apply_label,
    apply_mark,
    apply_run,
    apply_start,
    apply_stop,
    apply_watch,
    find_run,
    find_runs,
)
from guild_ipy.arguments.selection import RunSelection
from guild_ipy.cli.tables import format_runs
from guild_ipy.cli.terminal import AgreeingViewer, AskingViewer, ShellViewer, ask
from guild_ipy.errors import UsageError
from guild_ipy.operations.notebook import Notebook
from guild_ipy.view import format_operations

Words = Sequence[str]

_SHOWN = 20
_UNLIMITED = 2**30


def call_verb(verb: str, words: Words) -> None:
    """Carry out ``guild-ipy VERB words``."""
    _VERBS[verb](_shell_context(), words)


class _ShellContext(Context):
    """A session without notebook: what Python has loaded here is no operation."""

    @property
    def notebook(self) -> Notebook:
        return replace(super().notebook, variables={})


def _shell_context() -> Context:
    """Give a context in which all output is shown: a pipe loses nothing."""
    session = get_context()
    settings = replace(session.settings, output_rate=_UNLIMITED)
    return _ShellContext(settings=settings, engine=session.engine)


def _run(context: Context, words: Words) -> None:
    arguments = run.RUN.parse(words)
    viewer = ShellViewer() if arguments.preview else _viewer(yes=arguments.yes)
    apply_run(context, arguments, viewer)


def _start(context: Context, words: Words) -> None:
    arguments = run.START.parse(words)
    apply_start(context, arguments, _viewer(yes=arguments.yes))


def _watch(context: Context, words: Words) -> None:
    apply_watch(context, look.WATCH.parse(words), ShellViewer())


def _viewer(*, yes: bool) -> ShellViewer:
    return AgreeingViewer() if yes else AskingViewer()


def _runs(context: Context, words: Words) -> None:
    arguments = look.RUNS.parse(words)
    found = list_runs(context, arguments.filter)
    shown = found if arguments.all or arguments.filter.limit is not None else found[:_SHOWN]
    if shown:
        print(_details(shown) if arguments.details else format_runs(shown))
    if len(shown) < len(found):
        print(f"The newest {len(shown)} of {len(found)} runs; --all shows all of them", file=sys.stderr)


def _select(context: Context, words: Words) -> None:
    arguments = select.SELECT.parse(words)
    if arguments.explain:
        lines = list(map(str, explain(context, arguments.filter)))
    else:
        found = select_runs(context, arguments.filter, arguments.best)
        lines = [format_runs(found)] if arguments.frame and found else [each.id for each in found]
    if lines:
        print("\n".join(lines))


def _details(runs: Sequence[Run]) -> str:
    return "\n\n".join(str(get_info(found)) for found in runs)


def _info(context: Context, words: Words) -> None:
    print(get_info(find_run(context, look.INFO.parse(words).selection)))


def _ls(context: Context, words: Words) -> None:
    arguments = look.LS.parse(words)
    for path in list_files(find_run(context, arguments.selection), everything=arguments.all):
        print(path)


def _cat(context: Context, words: Words) -> None:
    arguments = look.CAT.parse(words)
    found = find_run(context, arguments.selection)
    if arguments.path is None and not os.path.exists(found.dir.output):  # it has not printed yet
        return
    with open_file(found, arguments.path or found.dir.output) as file:
        shutil.copyfileobj(file, sys.stdout.buffer)


def _mark(context: Context, words: Words) -> None:
    print(apply_mark(context, change.MARK.parse(words)))


def _label(context: Context, words: Words) -> None:
    print(apply_label(context, change.LABEL.parse(words)))


def _stop(context: Context, words: Words) -> None:
    arguments = change.STOP.parse(words)
    found = _agreed(context, arguments.selection, "stop", yes=arguments.yes)
    if found is not None:
        print(apply_stop(context, replace(arguments, selection=found), print))


def _delete(context: Context, words: Words) -> None:
    arguments = change.DELETE.parse(words)
    found = _agreed(context, arguments.selection, "delete", yes=arguments.yes)
    if found is not None:
        print(apply_delete(context, replace(arguments, selection=found)))


def _agreed(context: Context, selection: RunSelection, verb: str, *, yes: bool) -> RunSelection | None:
    """Fix the runs of a selection and ask for them; None when the user declines."""
    found = find_runs(context, selection)
    if not (yes or not found or ask(f"You are about to {verb}:\n{_indented(found)}")):
        return None
    return replace(selection, refs=tuple(found))


def _indented(runs: Sequence[Run]) -> str:
    return "\n".join(f"  {line}" for line in format_runs(runs).split("\n"))


def _home(context: Context, words: Words) -> None:
    path = look.HOME.parse(words).path
    if path is not None:
        raise UsageError(f"home: a shell command ends at once; set GUILD_HOME={path} for those that follow")
    print(context.home.path)


def _operations(context: Context, words: Words) -> None:
    look.OPERATIONS.parse(words)
    found = list_operations(context)
    if found:
        print(format_operations(found))


_VERBS: dict[str, Callable[[Context, Words], None]] = {
    "run": _run,
    "start": _start,
    "runs": _runs,
    "select": _select,
    "info": _info,
    "ls": _ls,
    "cat": _cat,
    "mark": _mark,
    "label": _label,
    "stop": _stop,
    "watch": _watch,
    "delete": _delete,
    "home": _home,
    "operations": _operations,
}

VERB_NAMES = tuple(_VERBS)
