"""``cat``: show what a run printed, or a file of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from guild_ipy.arguments.option import option, switch
from guild_ipy.arguments.run_selection import RunSelection, one_run
from guild_ipy.arguments.verb import Verb
from guild_ipy.errors import UsageError
from guild_ipy.session.file_access import open_file
from guild_ipy.session.session import Session
from guild_ipy.view.shown_file import FileText, describe_file, look_at_file, show_file


def _check_word(word: str) -> None:
    """Refuse a file in the place of the run."""
    if "." in word:
        raise UsageError(f"cat: a file is named by --path {word}; the word before it is a run")


@dataclass(frozen=True, kw_only=True)
class ShowFile:
    """Which file of which run to show."""

    selection: RunSelection = one_run(deleted=True, check_word=_check_word)
    path: str | None = option("-p", "--path", metavar="PATH", help="a file, as ls names it")
    output: bool = switch("-O", "--output", help="what the run printed (the default)")

    def __post_init__(self) -> None:
        """Refuse two files."""
        if self.path is not None and self.output:
            raise UsageError("cat: --path and --output are two files; name one of them")

    def carry_out(self, session: Session) -> FileText:
        """Read the file, as a notebook shows it."""
        found = self.selection.find_one(session)
        return FileText(found.output) if self.path is None else show_file(found.dir, self.path)

    def describe_bytes(self, session: Session) -> str:
        """Return a line about a file that is not text; empty for one that a terminal can show."""
        if self.path is None:
            return ""
        kind, size = look_at_file(self.selection.find_one(session).dir, self.path)
        return "" if kind.kind.is_text else describe_file(self.path, kind, size)

    @contextmanager
    def open(self, session: Session) -> Iterator[BinaryIO | None]:
        """Open the file to read its bytes; None for the output of a run that has not printed yet."""
        found = self.selection.find_one(session)
        if self.path is None and not os.path.exists(found.dir.output):
            yield None
            return
        with open_file(found.dir, self.path or found.dir.output) as file:
            yield file


VERB = Verb(
    name="cat",
    options=ShowFile,
    words="[RUN]",
    summary="Show what a run printed, or a file of it.",
    details="Without RUN the newest.",
    hint_of_word=lambda word: f"; a file is named by --path {word}",
)
