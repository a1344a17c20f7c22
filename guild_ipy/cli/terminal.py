"""What a terminal shows of a run, and what it asks."""

from __future__ import annotations

import sys

from guild_ipy.api.viewer import Preview, format_notes
from guild_ipy.errors import UsageError
from guild_ipy.view import StreamViewer


class ShellViewer(StreamViewer):
    """The preview, the output as it comes, and one line at the end."""

    def __init__(self) -> None:
        super().__init__(start_command="`guild-ipy start {}`")

    def preview(self, preview: Preview) -> bool:
        """Show it, and agree."""
        print(preview, flush=True)
        return True

    def collapse(self, text: str) -> str:
        """Keep all of it: a terminal knows what to do, and a file shall have every byte."""
        return text


class AskingViewer(ShellViewer):
    """Asks before anything is run."""

    def preview(self, preview: Preview) -> bool:
        """Show it, and let the user decide."""
        return ask(str(preview))


class AgreeingViewer(ShellViewer):
    """Runs with no word before but the notes."""

    def preview(self, preview: Preview) -> bool:
        """Write what the user should know, and agree."""
        print(format_notes(preview), end="", flush=True)
        return True


def ask(question: str) -> bool:
    """Ask whether to go on; Enter agrees.

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
            answer = input("Continue? (Y/n) ").strip().lower()
        except EOFError:
            return False
        if answer in {"", "y", "yes", "n", "no"}:
            return answer not in {"n", "no"}
