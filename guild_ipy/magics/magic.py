"""Carries out a magic: reads the line into the options of a verb, and shows or returns the result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from guild_ipy.arguments.parser import asks_for_help
from guild_ipy.arguments.table_option import Tabled
from guild_ipy.arguments.verb import Asking, Drafted, Followed
from guild_ipy.errors import UsageError, suggest
from guild_ipy.magics.expansion import expand_line
from guild_ipy.magics.notebook_output import OWN_WAYS, show_table
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.python.batch_handle import carry_out
from guild_ipy.session.session import Session, get_session, warm_up
from guild_ipy.verbs import VERBS
from guild_ipy.view.changed_runs import ChangedRuns
from guild_ipy.view.run_lines import format_runs
from guild_ipy.widgets.live_run.run_viewer import make_viewer

_STARTS_RUNS = frozenset({"run", "start"})


def call_line(verb: str, line: str, names: dict[str, Any]) -> object:
    """Carry out ``%guild_VERB line``."""
    words = expand_line(line, names)
    if asks_for_help(words):
        print(help_text(verb, f"%guild_{verb}"))
        return None
    if verb in _STARTS_RUNS:
        warm_up()  # while the options are read
    wanted = VERBS[verb].parse(words)
    if isinstance(wanted, Tabled) and wanted.tabled is not None:
        return show_table(wanted.tabled, get_session())
    return OWN_WAYS.get(verb, _carry_out)(wanted, get_session())


def call_cell(line: str, cell: str, names: dict[str, Any], number: int) -> object:
    """Carry out ``%%guild_run line`` with the text below it."""
    warm_up()
    wanted = VERBS["run"].parse(expand_line(line, names))
    name = wanted.operation or "cell"
    if not isinstance(name, str):
        raise UsageError(f"the name of a cell is a word, not {type(name).__name__}")
    operation = CellOperation(text=cell, name=name, number=number)
    return _carry_out(replace(wanted, operation=operation), get_session())


def help_text(verb: str, command: str) -> str:
    """Return the help of a verb that is written as `command`."""
    return VERBS[verb].format_help(command)


def show_overview(line: str) -> None:
    """Print all magics, one on a line; refuse a line that says more, as in ``%guild run train``."""
    if line.strip():
        verb, _, rest = line.strip().partition(" ")
        verb = verb.removeprefix("guild_").removesuffix("?")
        if verb in VERBS:
            raise UsageError(f"write %guild_{verb}{f' {rest.strip()}' if rest else ''}; %guild alone lists the magics")
        hint = suggest(f"%guild_{verb}", [f"%guild_{each}" for each in VERBS])
        raise UsageError(f"there is no magic %guild_{verb}{hint}; %guild alone lists them")
    usages = {f"%guild_{name} {verb.words}".strip(): verb.summary for name, verb in VERBS.items()}
    width = max(map(len, usages))
    print("\n".join(f"{usage:<{width}}  {summary}" for usage, summary in usages.items()))
    print("\n%%guild_run NAME runs a cell. %guild_run? shows the options of a magic, TAB completes its line.")


def _carry_out(wanted: Any, session: Session) -> object:  # noqa: ANN401 - the options of any verb
    """Carry out a verb, and print or return the result; a notebook that runs unattended cannot be asked first."""
    question = wanted.question(session) if isinstance(wanted, Asking) else None
    if question is not None and question.refusal:
        print(format_runs(question.runs))
        raise UsageError(question.refusal)
    if isinstance(wanted, Drafted) and (draft := wanted.draft(session)) is not None:
        raise UsageError(draft.refusal)
    if isinstance(wanted, Followed):
        done = carry_out(wanted, make_viewer("%guild_start {}", previews=True))
    else:
        done = wanted.carry_out(session)
    if isinstance(done, ChangedRuns):
        done.show()
        return None
    return done
