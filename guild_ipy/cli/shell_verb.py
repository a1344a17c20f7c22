"""What each verb does at a shell: read the words into its options, ask, carry it out, and print what comes of it.

Only what the verb needs is loaded: starting takes longer than most of them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from textwrap import indent
from typing import TYPE_CHECKING, Any

from guild_ipy.arguments.verb import Asking, Drafted, Followed, Question, Searching
from guild_ipy.cli.shell_output import OWN_WAYS
from guild_ipy.verbs import VERBS
from guild_ipy.view.changed_runs import ChangedRuns

if TYPE_CHECKING:
    from guild_ipy.session.viewer import Viewer


def call_verb(verb: str, words: Sequence[str]) -> None:
    """Carry out ``guild-ipy VERB words``."""
    wanted = VERBS[verb].parse(words)
    if verb not in OWN_WAYS or not OWN_WAYS[verb](wanted):
        _carry_out(wanted)


def _carry_out(wanted: Any) -> None:  # noqa: ANN401 - the options of any verb
    """Ask first, where the verb wants it, and print what comes of it."""
    from guild_ipy.cli.shell_session import shell_session  # start-up cost

    session = shell_session()
    question = wanted.question(session) if isinstance(wanted, Asking) else None
    if question is not None:
        if not _agrees(question):
            return
        wanted = question.agreed
    draft = wanted.draft(session) if isinstance(wanted, Drafted) else None
    if draft is not None:
        from guild_ipy.cli.editor import edit_text  # start-up cost: for verbs that need a text

        wanted = draft.written(edit_text(draft, session.settings.editor))
    if isinstance(wanted, Followed):
        done = wanted.follow(session, _viewer(wanted))
        if isinstance(done, ChangedRuns):  # else a run, which the viewer has shown
            done.show()
        return
    done = wanted.carry_out(session)
    if isinstance(wanted, Searching) and wanted.sought is not None and not done:
        from guild_ipy.cli.slips import tell_unmatched  # start-up cost: for those who find nothing

        tell_unmatched(session.index, wanted.sought)
    _show(done, as_json=getattr(wanted, "json", False))


def _show(done: object, *, as_json: bool) -> None:
    """Print a result as text, if it has one, or as JSON; a note goes to standard error."""
    if isinstance(done, ChangedRuns):
        done.show()
        return
    if as_json:
        from guild_ipy.view.plain_values import format_json  # start-up cost: for those who ask

        print(format_json(done))
        return
    if text := "" if done is None else str(done):
        print(text)
    if note := getattr(done, "note", ""):
        print(note, file=sys.stderr)


def _agrees(question: Question) -> bool:
    from guild_ipy.cli.terminal import ask
    from guild_ipy.view.run_lines import format_runs  # start-up cost, as the next: for verbs that ask

    text = f"You are about to {question.intent}:\n{indent(format_runs(question.runs), '  ')}"
    return ask(text, enter_agrees=question.enter_agrees)


def _viewer(wanted: Followed) -> Viewer:
    """Return what shows a run; it asks first, unless the options say that it need not."""
    from guild_ipy.cli.terminal import AgreeingViewer, AskingViewer, ShellViewer  # start-up cost: for verbs that run

    if getattr(wanted, "preview", False):
        return ShellViewer()
    return AgreeingViewer() if getattr(wanted, "yes", False) else AskingViewer()
