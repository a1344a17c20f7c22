"""What each magic does: parse the words, call one function, show or return its value."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guild_ipy.api.changed_runs import ChangedRuns
from guild_ipy.api.context import get_context
from guild_ipy.api.files import list_files
from guild_ipy.api.home import guild_home, set_guild_home
from guild_ipy.api.info import RunInfo, get_info
from guild_ipy.api.operations import get_operations, list_operations
from guild_ipy.api.plain_values import (
    explanation_values,
    home_values,
    info_values,
    lineage_values,
    operation_values,
    run_values,
)
from guild_ipy.api.runs import list_runs, list_stale
from guild_ipy.arguments import lineage, look, run, select
from guild_ipy.arguments.apply import (
    apply_lineage,
    apply_run,
    apply_select,
    find_run,
    find_selected,
    read_text,
)
from guild_ipy.arguments.parser import asks_for_help
from guild_ipy.arguments.verb import Asking, Drafted, Followed
from guild_ipy.cli.tables import format_runs
from guild_ipy.errors import UsageError
from guild_ipy.magics.analysis import call_compare, call_diff, call_tensorboard
from guild_ipy.magics.expansion import expand_line
from guild_ipy.magics.view import FileText, LineList, NotebookViewer, OperationList
from guild_ipy.operations.cell import CellOperation
from guild_ipy.verbs import VERBS

if TYPE_CHECKING:
    import pandas as pd

    from guild_ipy.api.handle import Run
    from guild_ipy.frame.lineage import Lineage

Words = Sequence[str]


def call_line(verb: str, line: str, names: dict[str, Any]) -> object:
    """Carry out ``%guild_VERB line``."""
    words = expand_line(line, names)
    if asks_for_help(words):
        print(help_text(verb, f"%guild_{verb}"))
        return None
    if verb in _MAGICS:
        return _MAGICS[verb](words)
    return _carry_out(VERBS[verb].parse(words))


def call_cell(line: str, cell: str, names: dict[str, Any], number: int) -> Run | None:
    """Carry out ``%%guild_run line`` with the text below it."""
    arguments = run.RUN.parse(expand_line(line, names))
    name = arguments.operation or "cell"
    if not isinstance(name, str):
        raise UsageError(f"the name of a cell is a word, not {type(name).__name__}")
    operation = CellOperation(text=cell, name=name, number=number)
    with run.naming_options(run.find_run_option):
        return apply_run(get_context(), replace(arguments, operation=operation), NotebookViewer())


def help_text(verb: str, command: str) -> str:
    """Give the help of a verb for who writes it as `command`."""
    return VERBS[verb].format_help(command)


def _carry_out(wanted: Any) -> object:  # noqa: ANN401 - the options of any verb
    """Do what a verb says, and print or return what comes of it; a notebook cannot be asked first."""
    context = get_context()
    question = wanted.question(context) if isinstance(wanted, Asking) else None
    if question is not None and question.refusal:
        print(format_runs(question.runs))
        raise UsageError(question.refusal)
    if isinstance(wanted, Drafted) and (draft := wanted.draft(context)) is not None:
        raise UsageError(draft.refusal)
    is_followed = isinstance(wanted, Followed)
    done = wanted.follow(context, NotebookViewer()) if is_followed else wanted.carry_out(context)
    if isinstance(done, ChangedRuns):
        if done.text:
            print(done)
        done.check()
        return None
    return done


def _run(words: Words) -> Run | None:
    arguments = run.RUN.parse(words)
    with run.naming_options(run.find_run_option):
        return apply_run(get_context(), arguments, NotebookViewer())


def _runs(words: Words) -> pd.DataFrame | list[dict[str, Any]]:
    arguments = look.RUNS.parse(words)
    if arguments.json:
        found = (list_stale if arguments.stale else list_runs)(get_context(), arguments.filter)
        return [run_values(each) for each in found]
    from guild_ipy.frame.runs import frame_runs  # start-up cost: pandas

    frame = frame_runs(arguments.filter, details=arguments.details, stale=arguments.stale)
    return frame.drop(columns=["started", "time"]) if arguments.simplified else frame


def _select(words: Words) -> object:
    arguments = select.SELECT.parse(words)
    if arguments.frame:
        from guild_ipy.frame.runs import frame_runs  # start-up cost: pandas
        from guild_ipy.frame.selected import frame_selected

        if arguments.best is None and not arguments.refs:
            return frame_runs(arguments.filter)
        return frame_selected(find_selected(get_context(), arguments), deleted=arguments.filter.deleted)
    found = apply_select(get_context(), arguments)
    if arguments.explain:
        return explanation_values(found) if arguments.json else LineList(found)
    return found


def _info(words: Words) -> RunInfo | dict[str, Any]:
    arguments = look.INFO.parse(words)
    describe = info_values if arguments.json else get_info
    return describe(find_run(get_context(), arguments.selection), output=arguments.output)


def _lineage(words: Words) -> Lineage | dict[str, Any]:
    from guild_ipy.frame.lineage import Lineage  # start-up cost: pandas

    context, arguments = get_context(), lineage.LINEAGE.parse(words)
    graph = apply_lineage(context, arguments)
    return lineage_values(graph) if arguments.json else Lineage(context, graph)


def _ls(words: Words) -> list[str]:
    arguments = look.LS.parse(words)
    paths = list_files(find_run(get_context(), arguments.selection), everything=arguments.all)
    return paths if arguments.json else LineList(paths)


def _cat(words: Words) -> FileText:
    arguments = look.CAT.parse(words)
    return FileText(read_text(find_run(get_context(), arguments.selection), arguments.path))


def _home(words: Words) -> str | dict[str, Any]:
    arguments = look.HOME.parse(words)
    home = guild_home() if arguments.path is None else set_guild_home(arguments.path)
    if arguments.json:
        return home_values(get_context().home)
    if arguments.path is not None and not os.path.isdir(home):
        print("It is not there yet; the first run makes it")
    return home


def _operations(words: Words) -> OperationList | list[dict[str, Any]]:
    context, arguments = get_context(), look.OPERATIONS.parse(words)
    found = get_operations(context, arguments.names) if arguments.names else list_operations(context)
    if arguments.json:
        return [operation_values(each) for each in found]
    return OperationList(found, in_detail=bool(arguments.names))


_MAGICS: dict[str, Callable[[Words], object]] = {
    "run": _run,
    "runs": _runs,
    "select": _select,
    "compare": call_compare,
    "diff": call_diff,
    "tensorboard": call_tensorboard,
    "info": _info,
    "lineage": _lineage,
    "ls": _ls,
    "cat": _cat,
    "home": _home,
    "operations": _operations,
}
