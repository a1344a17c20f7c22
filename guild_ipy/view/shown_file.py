"""A file of a run, shown as what it is: an image, a table, a page that can do nothing; of other bytes, what they are.

Whatever is shown, the value is a text: that of the file, or a line about it. A page has a sandbox without scripts, in
which nothing is loaded from elsewhere; an SVG image is an ``<img>``, in which no script runs; Markdown has no HTML.
"""

from __future__ import annotations

import base64
import csv
import itertools
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Self

from guild_ipy import markup
from guild_ipy.domain.values.file_type import HEAD_BYTES, FileKind, FileType, format_size, tell_type
from guild_ipy.printable import printable
from guild_ipy.session.file_access import open_file, read_file
from guild_ipy.store.run_dir import RunDir
from guild_ipy.view.live import collapse_returns

#: Larger images, tables and pages are not shown: a notebook keeps all that it shows.
_MOST_BYTES = 10_000_000
#: Of longer texts the beginning and the end are shown, so many characters of each.
_HALF_CHARACTERS = 100_000
_MOST_ROWS = 100
_MOST_COLUMNS = 30
_MOST_CELL = 200
#: The part of a file that the rows of a table are read from.
_TABLE_CHARACTERS = 1_000_000
_FRONT_ENDS_SHOW = frozenset({"image/png", "image/jpeg"})
_PAGE = (
    "<iframe sandbox='' srcdoc='{}' style='width:100%;height:480px;border:1px solid rgba(128,128,128,0.4);"
    "background:white'></iframe>"
)
_NOTHING_FROM_ELSEWHERE = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:\">"
)
_IMAGE = "<img alt='{}' style='max-width:100%' src='data:{};base64,{}'>"
#: Where HTML may begin in Markdown; a word joiner behind ``<`` ends that, and is not seen.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_JOINED = "<\N{WORD JOINER}"


@dataclass(frozen=True, kw_only=True)
class TableText:
    """The beginning of a table: the texts of its cells."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str
    """What of it this is; empty where it is all."""


class FileText(str):
    """The text of a file, shown as it is; of a long one the beginning and the end."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's protocol
        printer.text(shorten(collapse_returns(self)))


class FileView(FileText):
    """The text of a file, or a line about it, and how a notebook shows it."""

    __slots__ = ("_bundle",)
    _bundle: Mapping[str, str]

    def __new__(cls, text: str, bundle: Mapping[str, str]) -> Self:
        """Make the text, with the MIME bundle of what is shown."""
        made = super().__new__(cls, text)
        made._bundle = bundle
        return made

    def __reduce__(self) -> tuple[type[FileView], tuple[str, Mapping[str, str]]]:
        return FileView, (str(self), self._bundle)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Mapping[str, str]:  # noqa: ARG002
        return self._bundle

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's protocol
        printer.text(self._bundle["text/plain"])


def show_file(run_dir: RunDir, path: str) -> FileText:
    """Read a file of a run, and return it as it is shown.

    Raises
    ------
    UsageError
        As :func:`guild_ipy.session.file_access.read_file`.
    """
    found, size = look_at_file(run_dir, path)
    if found.kind is FileKind.BINARY:
        return FileText(f"{describe_file(path, found, size)}; its bytes are not shown")
    if size > _MOST_BYTES and found.kind is not FileKind.TEXT:
        if not found.kind.is_text:
            return FileText(f"{describe_file(path, found, size)}; it is too large to be shown, open the file itself")
        return FileText(read_file(run_dir, path).decode("utf-8", "replace"))
    content = read_file(run_dir, path)
    if found.kind is FileKind.IMAGE:
        return _show_image(path, content, found)
    text = content.decode("utf-8", "replace")
    make = _BUNDLES.get(found.kind)
    return FileText(text) if make is None else FileView(text, {"text/plain": shorten(text), **make(path, text)})


def look_at_file(run_dir: RunDir, path: str) -> tuple[FileType, int]:
    """Return what a file of a run is, and its size; UsageError as above."""
    with open_file(run_dir, path) as file:
        return tell_type(path, file.read(HEAD_BYTES)), os.fstat(file.fileno()).st_size


def describe_file(path: str, found: FileType, size: int) -> str:
    """Return a line about a file: ``model.pt: ZIP archive, 1.2 MB``."""
    return f"{printable(path)}: {found.name}, {format_size(size)}"


def shorten(text: str) -> str:
    """Return the beginning and the end of a long text, with a line on what is between."""
    left_out = len(text) - 2 * _HALF_CHARACTERS
    if left_out <= 0:
        return text
    begin, end = text[:_HALF_CHARACTERS], text[-_HALF_CHARACTERS:]
    return f"{begin}\n… {left_out} characters are left out here; the value and the file have them …\n{end}"


def _show_image(path: str, content: bytes, found: FileType) -> FileView:
    encoded, line = base64.b64encode(content).decode(), describe_file(path, found, len(content))
    shown = (
        {found.mime: encoded}
        if found.mime in _FRONT_ENDS_SHOW
        else {"text/html": _IMAGE.format(escape(line), found.mime, encoded)}
    )
    return FileView(line, {"text/plain": line, **shown})


# -- MIME bundles of texts


def _show_svg(path: str, text: str) -> Mapping[str, str]:
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode()
    return {"text/html": _IMAGE.format(markup.text(path), "image/svg+xml", encoded)}


def _show_page(path: str, text: str) -> Mapping[str, str]:  # noqa: ARG001 - as the others
    return {"text/html": _PAGE.format(escape(_NOTHING_FROM_ELSEWHERE + text))}


def _show_markdown(path: str, text: str) -> Mapping[str, str]:  # noqa: ARG001 - as the others
    return {"text/markdown": _TAG.sub(_JOINED, shorten(text))}


def _show_json(path: str, text: str) -> Mapping[str, str]:  # noqa: ARG001 - as the others
    """Return the values with a line for each; a file that is not JSON stays as it is."""
    try:
        return {"text/plain": shorten(json.dumps(json.loads(text), indent=2, ensure_ascii=False))}
    except (ValueError, RecursionError):
        return {}


def _show_table(path: str, text: str) -> Mapping[str, str]:
    """Return the first rows and columns as a table; a file that is not CSV stays as it is."""
    table = read_table(path, text)
    if table is None:
        return {}
    shown = [markup.row(*(markup.cell(markup.text(each)) for each in row)) for row in table.rows]
    titles = markup.row(*(markup.heading(markup.text(each)) for each in table.head))
    return {"text/html": markup.table(shown, head=titles, caption=table.caption)}


def read_table(path: str, text: str) -> TableText | None:
    """Return the first rows and columns of a CSV or TSV file; None if it is not one."""
    delimiter = "\t" if path.lower().endswith(".tsv") else ","
    lines = iter(text[:_TABLE_CHARACTERS].splitlines(keepends=True))
    try:
        rows = list(itertools.islice(csv.reader(lines, delimiter=delimiter), _MOST_ROWS + 1))
    except csv.Error:
        return None
    if not rows:
        return None
    head, *body = rows
    wide = max(map(len, rows))
    caption = ", ".join(
        [f"the first {len(body)} of about {text.count(chr(10))} rows"] * (next(lines, None) is not None)
        + [f"the first {_MOST_COLUMNS} of {wide} columns"] * (wide > _MOST_COLUMNS)
    )
    return TableText(head=_cut_row(head), rows=[_cut_row(row) for row in body], caption=caption)


def _cut_row(row: Sequence[str]) -> list[str]:
    return [each if len(each) <= _MOST_CELL else each[: _MOST_CELL - 1] + "…" for each in row[:_MOST_COLUMNS]]


_BUNDLES: Mapping[FileKind, Callable[[str, str], Mapping[str, str]]] = {
    FileKind.SVG: _show_svg,
    FileKind.HTML: _show_page,
    FileKind.MARKDOWN: _show_markdown,
    FileKind.JSON: _show_json,
    FileKind.TABLE: _show_table,
}
