"""The files of a run, and one of them as it can be shown: text, a table, a picture, or what its bytes are."""

from __future__ import annotations

import base64
import json
from typing import Any

from guild_ipy.domain.values.file_type import FileKind, FileType, format_size
from guild_ipy.errors import UsageError, suggest
from guild_ipy.session.file_access import list_files, open_file
from guild_ipy.session.file_list import RunFiles
from guild_ipy.session.run_handle import Run
from guild_ipy.view.shown_file import look_at_file, read_table
from guild_ipy.widgets.detail.cut_text import cut_list, encodable
from guild_ipy.widgets.detail.run_source import colour_lines

_MOST_FILES = 1_000
_MOST_PICTURE_BYTES = 8_000_000
#: The part of a text that is looked at.
_MOST_TEXT_BYTES = 1_000_000


def describe_files(run: Run) -> dict[str, Any]:
    """Return the names, sizes and types of the files, without those of Guild."""
    names, note = cut_list(list_files(run.dir), _MOST_FILES)
    files = RunFiles(run.dir, names).describe()
    return {
        "files": [{"name": each.name, "size": format_size(each.size), "type": each.type.name} for each in files],
        "note": note,
        "path": run.dir.path,
    }


def describe_file(run: Run, shown_name: str) -> dict[str, Any]:
    """Return a file as it can be shown.

    Raises
    ------
    UsageError
        If the run has no such file, or it leads out of the run.
    """
    names = {encodable(name): name for name in list_files(run.dir)}
    if shown_name not in names:
        raise UsageError(f"run {run.short_id} has no file {shown_name!r}{suggest(shown_name, names)}")
    name = names[shown_name]
    found, size = look_at_file(run.dir, name)
    about = {"name": shown_name, "type": found.name, "size": format_size(size), "open_by": _open_by(run, shown_name)}
    return {**about, "lines": None, "table": None, "image": None, "note": None} | _read(run, name, found, size)


def _open_by(run: Run, name: str) -> str:
    """Return the expression of Python that is the path of a file."""
    return f"guild_ipy.get_run({run.short_id!r}).files[{name!r}]"


def _read(run: Run, name: str, found: FileType, size: int) -> dict[str, Any]:
    if found.kind is FileKind.BINARY:
        return {"note": "its bytes are not shown"}
    if found.kind in {FileKind.IMAGE, FileKind.SVG}:
        if size > _MOST_PICTURE_BYTES:
            return {"note": "it is too large to be shown"}
        return {"image": found.mime or "image/svg+xml", "data": _read_picture(run, name)}
    with open_file(run.dir, name) as file:
        text = file.read(_MOST_TEXT_BYTES).decode("utf-8", "replace")
    if found.kind is FileKind.TABLE and (table := read_table(name, text)) is not None:
        caption = table.caption or (None if size <= _MOST_TEXT_BYTES else "only the beginning is shown")
        return {"table": {"head": table.head, "rows": table.rows}, "note": caption}
    lines, note = colour_lines(name, _indent(text) if found.kind is FileKind.JSON else text)
    is_cut = size > _MOST_TEXT_BYTES and note is None
    return {"lines": lines, "note": "only the beginning is shown" if is_cut else note}


def _read_picture(run: Run, name: str) -> str:
    with open_file(run.dir, name) as file:
        return base64.b64encode(file.read(_MOST_PICTURE_BYTES)).decode()


def _indent(text: str) -> str:
    """Return JSON with a line for each value; other text as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
