"""What each magic does: parse the words, call one function, show or return its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guild_ipy.api.changed_runs import ChangedRuns
from guild_ipy.api.context import get_context
from guild_ipy.api.line_list import LineList
from guild_ipy.api.plain_values import (
    explanation_values,
    lineage_values,
)
from guild_ipy.api.run_lines import format_runs
from guild_ipy.arguments import lineage, run, select
from guild_ipy.arguments.apply import (
    apply_lineage,
    apply_run,
    apply_select,
    find_selected,
)
from guild_ipy.arguments.parser import asks_for_help
from guild_ipy.arguments.verb import Asking, Drafted, Followed
from guild_ipy.errors import UsageError
from guild_ipy.magics.analysis import call_compare, call_diff, call_tensorboard
from guild_ipy.magics.expansion import expand_line
from guild_ipy.magics.own_ways import OWN_WAYS
from guild_ipy.magics.view import NotebookViewer
from guild_ipy.operations.cell import CellOperation
from guild_ipy.verbs import VERBS

if TYPE_CHECKING:
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
    wanted = VERBS[verb].parse(words)
    return OWN_WAYS.get(verb, _carry_out)(wanted)


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


def _lineage(words: Words) -> Lineage | dict[str, Any]:
    from guild_ipy.frame.lineage import Lineage  # start-up cost: pandas

    context, arguments = get_context(), lineage.LINEAGE.parse(words)
    graph = apply_lineage(context, arguments)
    return lineage_values(graph) if arguments.json else Lineage(context, graph)


_MAGICS: dict[str, Callable[[Words], object]] = {
    "run": _run,
    "select": _select,
    "compare": call_compare,
    "diff": call_diff,
    "tensorboard": call_tensorboard,
    "lineage": _lineage,
}
