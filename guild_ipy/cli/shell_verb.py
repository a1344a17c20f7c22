"""Carries out a verb at a shell: reads the words into its options, asks, and prints the result."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guild_ipy.arguments.verb import Asking, Drafted, Followed, Searching
from guild_ipy.cli.shell_output import OWN_WAYS
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session, get_session
from guild_ipy.verbs import VERBS
from guild_ipy.view.changed_runs import ChangedRuns
from guild_ipy.view.plain_values import format_json
from guild_ipy.view.progress import show_progress

if TYPE_CHECKING:
    from guild_ipy.operations.notebook import Notebook
    from guild_ipy.session.viewer import Viewer

_UNLIMITED = 2**30


def call_verb(verb: str, words: Sequence[str]) -> None:
    """Carry out ``guild-ipy VERB words``."""
    wanted = VERBS[verb].parse(words)
    OWN_WAYS.get(verb, _carry_out)(wanted, _make_session())


class _ShellSession(Session):
    """A session without a notebook: functions that this process has loaded are not operations."""

    @property
    def notebook(self) -> Notebook:
        return replace(super().notebook, variables={})


def _make_session() -> Session:
    """Return a session in which all output is shown: a pipe loses nothing."""
    session = _ShellSession(replace(get_session().settings, output_rate=_UNLIMITED))
    if sys.stderr.isatty():
        session.current_index.progress = show_progress
    return session


def _carry_out(wanted: Any, session: Session) -> None:  # noqa: ANN401 - the options of any verb
    """Ask first, where the verb wants it, and print the result."""
    question = wanted.question(session) if isinstance(wanted, Asking) else None
    if question is not None:
        from guild_ipy.cli.terminal import agrees  # start-up cost: for verbs that ask

        if not agrees(question):
            return
        wanted = question.agreed
    draft = wanted.draft(session) if isinstance(wanted, Drafted) else None
    if draft is not None:
        from guild_ipy.cli.editor import edit_text  # start-up cost: one verb needs a text

        wanted = draft.written(edit_text(draft, session.settings.editor))
    if isinstance(wanted, Followed):
        done = wanted.follow(session, _viewer(wanted))
        if not isinstance(done, Run):  # a run has been shown by the viewer
            _show(done, as_json=getattr(wanted, "json", False))
        return
    done = wanted.carry_out(session)
    if isinstance(wanted, Searching) and wanted.sought is not None and not done:
        from guild_ipy.session.unmatched import describe_unmatched  # start-up cost: the select language

        _tell(describe_unmatched(session.index, wanted.sought))
    _show(done, as_json=getattr(wanted, "json", False))


def _viewer(wanted: Followed) -> Viewer:
    """Return the viewer of a run; it asks first, unless the options say that it need not."""
    from guild_ipy.cli.terminal import AgreeingViewer, AskingViewer, ShellViewer  # start-up cost: for verbs that run

    if getattr(wanted, "preview", False):
        return ShellViewer()
    return AgreeingViewer() if getattr(wanted, "yes", False) else AskingViewer()


def _show(done: object, *, as_json: bool) -> None:
    """Print a result as text, if it has one, or as JSON, and its note."""
    if isinstance(done, ChangedRuns):
        done.show()
    elif as_json:
        print(format_json(done))
    elif text := "" if done is None else str(done):
        print(text)
    _tell(getattr(done, "note", ""))


def _tell(note: str) -> None:
    """Print a note on standard error: standard output has the result alone."""
    if note:
        print(note, file=sys.stderr)
