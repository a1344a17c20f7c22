"""Writing a text in the user's editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from tempfile import TemporaryDirectory

from guild_ipy.arguments.question import Draft
from guild_ipy.errors import UsageError
from guild_ipy.view.run_lines import format_runs

#: The text ends above this line; lines above it stay as they are, whatever they begin with.
_END = "# ---- above this line: the text; below it: what it is about, which is left out ----"


def edit_text(draft: Draft, editor: str) -> str:
    """Let the user write a text, and return it.

    Raises
    ------
    UsageError
        If there is no terminal, the editor cannot be started or fails, or nothing is written.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(draft.refusal)
    with TemporaryDirectory() as folder:
        path = f"{folder}/COMMENT.txt"
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f"{draft.text}\n\n{_END}\n{format_runs(draft.runs)}\n")
        _edit(editor, path)
        text = _read(path)
    if not text.strip():
        raise UsageError("nothing was written, so nothing is changed")
    return text


def _edit(editor: str, path: str) -> None:
    try:
        status = subprocess.run([*shlex.split(editor), path], check=False).returncode
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot start the editor {editor!r}: {error}; name another with EDITOR") from error
    if status != 0:
        raise UsageError(f"the editor {editor!r} ended with exit status {status}, so nothing is changed")


def _read(path: str) -> str:
    """Return the text above the end line; the editor may have replaced the file."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read().partition(_END)[0]
