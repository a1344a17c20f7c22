"""How a terminal shows a run, and asks."""

from __future__ import annotations

import sys
from textwrap import indent

from guild_ipy.arguments.question import Question
from guild_ipy.errors import UsageError
from guild_ipy.session.viewer import Preview, format_notes
from guild_ipy.view.live import StreamViewer
from guild_ipy.view.run_lines import format_runs


class ShellViewer(StreamViewer):
    """The preview, the output as it comes, and one line at the end."""

    def __init__(self) -> None:
        super().__init__(start_command="`guild-ipy start {}`")

    def preview(self, preview: Preview) -> bool:
        """Show it, and agree."""
        print(preview, flush=True)
        return True

    def collapse(self, text: str) -> str:
        """Keep all text: a terminal interprets it, and a file shall have every byte."""
        return text


class AskingViewer(ShellViewer):
    """Asks before anything is run."""

    def preview(self, preview: Preview) -> bool:
        """Show it, and let the user decide."""
        return ask(str(preview))


class AgreeingViewer(ShellViewer):
    """Runs at once, after the notes."""

    def preview(self, preview: Preview) -> bool:
        """Write the notes, and agree."""
        print(format_notes(preview), end="", flush=True)
        return True


def agrees(question: Question) -> bool:
    """Ask the question of a verb."""
    text = f"You are about to {question.intent}:\n{indent(format_runs(question.runs), '  ')}"
    return ask(text, enter_agrees=question.enter_agrees)


def ask(question: str, *, enter_agrees: bool = True) -> bool:
    """Ask whether to go on; `enter_agrees` says what Enter alone means.

    Raises
    ------
    UsageError
        If nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise UsageError("cannot ask, standard input is no terminal; add --yes")
    print(question)
    while True:
        try:
            answer = input(f"Continue? ({'Y/n' if enter_agrees else 'y/N'}) ").strip().lower()
        except EOFError:
            return False
        if answer in {"", "y", "yes", "n", "no"}:
            return answer in {"y", "yes"} or (not answer and enter_agrees)
