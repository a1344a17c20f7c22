r"""The log of what a run displayed: ``.guild/displays/log``, and files for values that are large or binary.

The output of a run has the text of each display at its place, for ``guild``, terminals and the search for scalars. The
log says which bytes of the output these are, and what can be shown in their place. An entry is a line, a JSON object, a
tab, and its signature (:mod:`guild_ipy.store.displays.signing_key`)::

    id          names the display in this file
    kind        the name of Jupyter's message
    at, length  the bytes of its text in the output
    data        the mimebundle: {"value": ...}, or {"file": NAME, "sha256": ...} for a value in a file of this folder
    metadata, display_id, wait
                as in Jupyter's message

An entry is written before its text, so a reader that finds the text knows that it belongs to a display. Where another
process has written to the output at that very moment, an entry ``{"id", "moved": AT}`` follows.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.store.displays.display import Display, DisplayKind, decode_value, encode_value
from guild_ipy.store.displays.signing_key import find_key, is_signed, sign
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.markers import remove_marker

#: Larger values get a file.
_INLINE_BYTES = 8192
#: A larger value is not read: a page could not show it.
_MOST_BYTES = 64 * 2**20
_FILE_NAME = re.compile(r"[0-9]+-[0-9]+-[0-9]+\.[a-z0-9]{1,5}")
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC


class DisplayWriter:
    """Writes the displays of a run, in its process."""

    def __init__(self, run_dir: RunDir) -> None:
        self._run_dir = run_dir
        self._key = find_key(makes=True)
        self._count = 0
        self._files: dict[str, list[str]] = {}
        """The files of the displays that a cell would still show, by ``display_id``, else by id."""

    def add(self, display: Display) -> Display:
        """Append a display; return it with the id that it was given."""
        self._count += 1
        id_ = f"{os.getpid()}-{self._count}"
        os.makedirs(self._run_dir.displays, exist_ok=True)
        files: list[str] = []
        data = {kind: self._store(f"{id_}-{len(files)}", kind, value, files) for kind, value in display.data.items()}
        entry = {
            "id": id_,
            "kind": display.kind.value,
            "at": display.at,
            "length": display.length,
            "data": data,
            "metadata": display.metadata,
            "display_id": display.display_id,
            "wait": display.wait,
        }
        self._append(entry)
        self._drop_replaced(display)
        if files:
            self._files.setdefault(display.display_id or id_, []).extend(files)
        return replace(display, id=id_)

    def move(self, id_: str, at: int) -> None:
        """Say that the text of a display is at another place."""
        self._append({"id": id_, "moved": at})

    def _store(self, name: str, kind: str, value: object, files: list[str]) -> object:
        """Return a value as an entry has it; a large one is written to a file, which is added to `files`."""
        content, ending = encode_value(kind, value)
        if ending in {"txt", "json"} and len(content) <= _INLINE_BYTES:
            return {"value": value}
        name = f"{name}.{ending}"
        path = f"{self._run_dir.displays}/{name}"
        with open(path, "wb") as file:
            file.write(content)
        files.append(path)
        return {"file": name, "sha256": hashlib.sha256(content).hexdigest()}

    def _append(self, entry: Mapping[str, Any]) -> None:
        line = json.dumps(entry, default=repr).encode()
        signature = b"" if self._key is None else sign(self._key, self._run_dir, line)
        descriptor = os.open(self._run_dir.display_log, _APPEND, 0o666)
        try:
            os.write(descriptor, line + b"\t" + signature + b"\n")
        finally:
            os.close(descriptor)

    def _drop_replaced(self, display: Display) -> None:
        """Delete the files of displays that a cell would no longer show: an animation would fill the disk."""
        if display.kind is DisplayKind.CLEAR:
            replaced = list(self._files)
        else:
            replaced = [display.display_id] if display.kind is DisplayKind.UPDATE and display.display_id else []
        for name in replaced:
            for path in self._files.pop(name, ()):
                remove_marker(path)


class DisplayReader:
    """Reads the displays of a run, as they are added."""

    def __init__(self, run_dir: RunDir) -> None:
        self._run_dir = run_dir
        self._offset = 0

    def read_new(self) -> Iterator[Display | Moved]:
        """Yield what has been added since the last call; what cannot be read as an entry is left out."""
        lines = self._read_lines()
        key = find_key(makes=False) if lines else None
        for line in lines:
            entry, _, signature = line.rpartition(b"\t")
            try:
                yield _parse(entry, is_trusted=is_signed(key, self._run_dir, entry, signature))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                continue

    def _read_lines(self) -> list[bytes]:
        try:
            with open_reader(self._run_dir.display_log) as file:
                file.seek(self._offset)
                content = file.read(_MOST_BYTES)
        except OSError:
            return []
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        return whole.splitlines()


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The text of a display is at another place."""

    id: str
    at: int


def read_displays(run_dir: RunDir) -> list[Display]:
    """Read all displays of a run, in order, with the values that are in files."""
    found: dict[str, Display] = {}
    for each in DisplayReader(run_dir).read_new():
        if isinstance(each, Display):
            found[each.id] = each
        elif each.id in found:
            found[each.id] = replace(found[each.id], at=each.at)
    return [load_values(run_dir, display) for display in found.values()]


def list_display_files(run_dir: RunDir) -> list[str]:
    """Return the paths of the log and of the files of values."""
    try:
        return [f"{run_dir.displays}/{name}" for name in os.listdir(run_dir.displays)]
    except OSError:
        return []


def load_values(run_dir: RunDir, display: Display) -> Display:
    """Return a display with the values of its files; those of a display that a later one replaced are gone."""
    data = {kind: _load(run_dir, value) for kind, value in display.data.items()}
    return replace(display, data={kind: value for kind, value in data.items() if value is not None})


def _parse(entry: bytes, *, is_trusted: bool) -> Display | Moved:
    """Read an entry; ValueError, KeyError, TypeError or AttributeError if it is not one."""
    fields = json.loads(entry)
    id_ = str(fields["id"])
    if "moved" in fields:
        return Moved(id=id_, at=int(fields["moved"]))
    display_id = fields["display_id"]
    return Display(
        id=id_,
        kind=DisplayKind(fields["kind"]),
        at=int(fields["at"]),
        length=max(0, int(fields["length"])),
        data={kind: dict(value) for kind, value in fields["data"].items()},
        metadata=dict(fields["metadata"] or {}) if is_trusted else {},
        display_id=None if display_id is None else str(display_id),
        wait=bool(fields["wait"]),
        is_trusted=is_trusted,
    )


def _load(run_dir: RunDir, value: Any) -> Any:  # noqa: ANN401 - a value of a mimebundle
    """Return a value of a bundle; None if its file is gone, too large, or has changed since it was signed."""
    if "value" in value:
        return value["value"]
    name = str(value["file"])
    if _FILE_NAME.fullmatch(name) is None:
        return None
    try:
        with open_reader(f"{run_dir.displays}/{name}") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES or hashlib.sha256(content).hexdigest() != value["sha256"]:
            return None
        return decode_value(content, name.rpartition(".")[2])
    except (OSError, ValueError, RecursionError):
        return None
