"""The output of a run: its text, and the pictures that it displayed at their places in the text.

Of a long output the beginning and the end are returned. Displays are shown as a page may show them
(:attr:`~guild_ipy.store.displays.display.Display.shown_data`): a picture, else the text; never HTML.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from guild_ipy.domain.values.file_type import format_size
from guild_ipy.errors import DamagedRun
from guild_ipy.session.run_handle import Run
from guild_ipy.store.displays.display import Display, DisplayKind
from guild_ipy.store.displays.display_log import DisplayReader, load_values
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.run_dir import RunDir
from guild_ipy.widgets.detail.cut_text import cut_text
from guild_ipy.widgets.detail.terminal_spans import read_spans

_HEAD_BYTES, _TAIL_BYTES = 60_000, 140_000
#: All of a longer output is not sent, also if that is asked for.
_MOST_BYTES = 4_000_000
_MOST_DISPLAYS = 200
_MOST_PICTURE_BYTES = 4_000_000
_MOST_BYTES_OF_PICTURES = 16_000_000
_WIDEST = 10_000
_SVG = "image/svg+xml"
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", _SVG)

Piece = dict[str, Any]
"""Has ``text``, spans; or ``image``, a MIME type, and ``data`` in base64; or ``note``."""


def describe_output(run: Run, *, whole: bool = False, known: object = None) -> dict[str, Any]:
    """Return the pieces of the output; only ``same`` if it still has the stamp that is `known`.

    Parameters
    ----------
    run
        The run.
    whole
        Whether to return all of it, also if it is long.
    known
        The stamp of what is known of it already.
    """
    size = _size(run.dir.output)
    stamp = f"{size}-{_size(run.dir.display_log)}-{int(whole)}"
    if stamp == known:
        return {"same": True, "stamp": stamp}
    is_long = size > _HEAD_BYTES + _TAIL_BYTES
    is_cut = is_long and not (whole and size <= _MOST_BYTES)
    ranges = [(0, _HEAD_BYTES), (size - _TAIL_BYTES, size)] if is_cut else [(0, size)]
    return {
        "same": False,
        "stamp": stamp,
        "pieces": _read_pieces(run.dir, ranges),
        "is_cut": is_cut,
        "can_be_whole": is_cut and size <= _MOST_BYTES,
        "size": format_size(size),
        "path": run.dir.output,
    }


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _read_pieces(run_dir: RunDir, ranges: Sequence[tuple[int, int]]) -> list[Piece]:
    collected = _Collected()
    displays = _list_displays(run_dir)
    for place, (start, end) in enumerate(ranges):
        if place:
            between = [each for each in displays if ranges[place - 1][1] <= each.at < start]
            collected.leave_out(between, start - ranges[place - 1][1])
        content = _read(run_dir, start, end)
        until = end + 1 if place == len(ranges) - 1 else end
        within = [each for each in displays if start <= each.at < until]
        for each in _weave(content, start, within, is_first=place == 0):
            collected.add(each)
    return list(_show(run_dir, collected.parts))


def _list_displays(run_dir: RunDir) -> list[Display]:
    found: dict[str, Display] = {}
    for each in DisplayReader(run_dir).read_new():
        if isinstance(each, Display):
            found[each.id] = each
        elif each.id in found:
            found[each.id] = replace(found[each.id], at=each.at)
    return sorted(found.values(), key=lambda each: each.at)


def _read(run_dir: RunDir, start: int, end: int) -> bytes:
    try:
        with open_reader(run_dir.output) as file:
            file.seek(start)
            return file.read(end - start)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise DamagedRun(run_dir.output, error.strerror or str(error)) from error


def _weave(content: bytes, start: int, displays: Sequence[Display], *, is_first: bool) -> Iterator[str | Display]:
    """Return text and displays in order; a part that begins in the middle of a line begins with the next."""
    if not is_first:
        skipped = content.find(b"\n") + 1
        content, start = content[skipped:], start + skipped
    for display in displays:
        text = content[: max(0, display.at - start)]
        yield text.decode("utf-8", "replace")
        yield display
        after = max(start, display.at + display.length)
        content, start = content[after - start :], after
    yield content.decode("utf-8", "replace")


@dataclass(frozen=True)
class _Note:
    text: str


@dataclass(kw_only=True)
class _Collected:
    """What is seen in the end: displays can be updated by later ones, and all can be cleared."""

    parts: list[str | Display | _Note] = field(default_factory=list)
    _clears: bool = False
    """Whether the next part takes the place of all."""

    def add(self, part: str | Display) -> None:
        if isinstance(part, str):
            if part:
                self._append(part)
        elif part.kind is DisplayKind.CLEAR:
            self._clears = True
            if not part.wait:
                self._clear()
        elif part.kind is DisplayKind.UPDATE:
            self.parts = [_updated(each, part) for each in self.parts]
        else:
            self._append(part)

    def leave_out(self, displays: Sequence[Display], count: int) -> None:
        """Say that a part of the text is left out, with these displays in it."""
        shown = sum(1 for each in displays if each.kind in {DisplayKind.DISPLAY, DisplayKind.RESULT})
        pictures = f", and {shown} display{'s' * (shown != 1)}" if shown else ""
        for each in displays:
            if each.kind in {DisplayKind.CLEAR, DisplayKind.UPDATE}:
                self.add(each)
        self._append(_Note(f"{format_size(count)} of output{pictures} are left out here"))

    def _append(self, part: str | Display | _Note) -> None:
        if self._clears:
            self._clear()
        self.parts.append(part)

    def _clear(self) -> None:
        self.parts.clear()
        self._clears = False


def _updated(part: str | Display | _Note, by: Display) -> str | Display | _Note:
    if isinstance(part, Display) and by.display_id is not None and part.display_id == by.display_id:
        return replace(by, kind=part.kind, is_trusted=by.is_trusted)
    return part


# -- as a page shows it


def _show(run_dir: RunDir, parts: Sequence[str | Display | _Note]) -> Iterator[Piece]:
    """Return the pieces; where there are too many displays the last ones are shown."""
    shown = _Shown(run_dir=run_dir)
    pieces = [shown.show(part) for part in reversed(parts)]
    yield from reversed(pieces)
    if shown.hidden:
        types = cut_text(", ".join(sorted(shown.hidden)), 200)
        yield {"note": f"{types} of displays is not shown: this run was not made by you on this machine"}


@dataclass(kw_only=True)
class _Shown:
    """Makes pieces, the last one first, of which only so many can be pictures."""

    run_dir: RunDir
    hidden: set[str] = field(default_factory=set)
    _displays: int = 0
    _bytes: int = _MOST_BYTES_OF_PICTURES

    def show(self, part: str | Display | _Note) -> Piece:
        if isinstance(part, str):
            return {"text": read_spans(part)}
        return {"note": part.text} if isinstance(part, _Note) else self._show_display(part)

    def _show_display(self, display: Display) -> Piece:
        self._displays += 1
        if self._displays > _MOST_DISPLAYS:
            return {"note": "a display is not shown here: only the last ones are"}
        loaded = load_values(self.run_dir, display)
        self.hidden.update(loaded.hidden_types)
        picture = _show_picture(loaded)
        if picture is None:
            return {"text": read_spans(cut_text(loaded.text, _TAIL_BYTES))}
        size = len(picture["data"])
        if size > min(self._bytes, _MOST_PICTURE_BYTES):
            return {"note": f"a picture of {format_size(size * 3 // 4)} is not shown here: {picture['alt']}"}
        self._bytes -= size
        return picture


def _show_picture(display: Display) -> Piece | None:
    data = display.shown_data
    for kind in _PICTURES:
        content = _encode(kind, data.get(kind))
        if content:
            about = display.metadata.get(kind)
            width = about.get("width") if isinstance(about, Mapping) else None
            return {
                "image": kind,
                "data": content,
                "width": width if isinstance(width, int) and 0 < width < _WIDEST else None,
                "alt": cut_text(str(data.get("text/plain") or "a picture"), 200),
            }
    return None


def _encode(kind: str, value: object) -> str:
    """Return a picture in base64; empty where the value is none."""
    text = "".join(value) if isinstance(value, list) and all(isinstance(each, str) for each in value) else value
    if not isinstance(text, str):
        return ""
    if kind == _SVG:
        return base64.b64encode(text.encode("utf-8", "replace")).decode()
    try:
        return base64.b64encode(base64.b64decode("".join(text.split()), validate=True)).decode()
    except (binascii.Error, ValueError):
        return ""
