"""What each magic does: read the line into the options of a verb, carry it out, show or return what comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from guild_ipy.arguments.parser import asks_for_help
from guild_ipy.arguments.verb import Asking, Drafted, Followed
from guild_ipy.errors import UsageError
from guild_ipy.magics.expansion import expand_line
from guild_ipy.magics.notebook_output import OWN_WAYS
from guild_ipy.magics.notebook_viewer import NotebookViewer
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.session.session import get_session, warm_up
from guild_ipy.verbs import VERBS
from guild_ipy.view.changed_runs import ChangedRuns
from guild_ipy.view.run_lines import format_runs

_STARTS_RUNS = frozenset({"run", "start"})


def call_line(verb: str, line: str, names: dict[str, Any]) -> object:
    """Carry out ``%guild_VERB line``."""
    words = expand_line(line, names)
    if asks_for_help(words):
        print(help_text(verb, f"%guild_{verb}"))
        return None
    if verb in _STARTS_RUNS:
        warm_up()  # while it is found out what shall be run
    wanted = VERBS[verb].parse(words)
    return OWN_WAYS.get(verb, _carry_out)(wanted)


def call_cell(line: str, cell: str, names: dict[str, Any], number: int) -> object:
    """Carry out ``%%guild_run line`` with the text below it."""
    warm_up()
    wanted = VERBS["run"].parse(expand_line(line, names))
    name = wanted.operation or "cell"
    if not isinstance(name, str):
        raise UsageError(f"the name of a cell is a word, not {type(name).__name__}")
    operation = CellOperation(text=cell, name=name, number=number)
    return _carry_out(replace(wanted, operation=operation))


def help_text(verb: str, command: str) -> str:
    """Return the help of a verb for who writes it as `command`."""
    return VERBS[verb].format_help(command)


def _carry_out(wanted: Any) -> object:  # noqa: ANN401 - the options of any verb
    """Do what a verb says, and print or return what comes of it; a notebook cannot be asked first."""
    session = get_session()
    question = wanted.question(session) if isinstance(wanted, Asking) else None
    if question is not None and question.refusal:
        print(format_runs(question.runs))
        raise UsageError(question.refusal)
    if isinstance(wanted, Drafted) and (draft := wanted.draft(session)) is not None:
        raise UsageError(draft.refusal)
    is_followed = isinstance(wanted, Followed)
    done = wanted.follow(session, NotebookViewer()) if is_followed else wanted.carry_out(session)
    if isinstance(done, ChangedRuns):
        done.show()
        return None
    return done
