"""The source of a run: its files, and one of them with its words coloured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guild_ipy.errors import UsageError, suggest
from guild_ipy.session.file_access import open_file
from guild_ipy.session.run_handle import Run
from guild_ipy.store.source_files import find_source_files
from guild_ipy.widgets.detail.cut_text import cut_list, encodable
from guild_ipy.widgets.detail.highlighting import Span, highlight

_MOST_FILES = 1_000
_MOST_BYTES = 120_000
_MOST_LINES = 3_000


def describe_source(run: Run, path: object = None) -> dict[str, Any]:
    """Return the files of the source, and the text of one of them; of the most telling one if none is named.

    Raises
    ------
    UsageError
        If the source has no such file, or it cannot be read.
    """
    files = {encodable(name): place for name, place in find_source_files(run.dir).items()}
    shown, note = cut_list(list(files), _MOST_FILES)
    if not files:
        return {"files": [], "path": None, "lines": [], "note": None, "more": None}
    chosen = _choose(run, files) if path is None else str(path)
    if chosen not in files:
        raise UsageError(f"the source of run {run.short_id} has no file {chosen!r}{suggest(chosen, files)}")
    lines, cut = read_lines(run, chosen, files[chosen])
    return {"files": shown, "path": chosen, "lines": lines, "note": cut, "more": note}


def read_lines(run: Run, name: str, place: str) -> tuple[list[list[Span]], str | None]:
    """Read the beginning of a text file of a run, with its words coloured, and a note where that is not all."""
    with open_file(run.dir, place) as file:
        content = file.read(_MOST_BYTES + 1)
    if b"\0" in content:
        return [], f"{name} is not text"
    return colour_lines(name, content.decode("utf-8", "replace"))


def colour_lines(name: str, text: str) -> tuple[list[list[Span]], str | None]:
    """Return the first lines of a text with its words coloured, and a note where that is not all."""
    kept = text if len(text) <= _MOST_BYTES else text[:_MOST_BYTES].rpartition("\n")[0] or text[:_MOST_BYTES]
    lines = kept.split("\n")[:_MOST_LINES]
    shown = "\n".join(lines)
    note = f"only the first {len(lines):,} lines are shown" if len(shown) < len(text.rstrip("\n")) else None
    return highlight(name, shown), note


def _choose(run: Run, files: Mapping[str, str]) -> str:
    """Return the file that the operation is named by, else the last cell of its notebook, else the first file."""
    operation = run.operation.removesuffix("()")
    cells = [name for name in files if name.startswith("cells/")]
    named = [name for name in files if name in {operation, f"{operation}.py"}]
    return (named or cells[-1:] or list(files))[0]
