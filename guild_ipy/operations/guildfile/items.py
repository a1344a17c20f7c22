"""The items of a Guild file, those of the files that it includes among them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from guild_ipy.errors import GuildFileError, suggest
from guild_ipy.operations.guildfile import GUILD_FILE
from guild_ipy.operations.guildfile.attributes import CONFIG, INCLUDE, MODEL, PACKAGE, Attributes
from guild_ipy.operations.guildfile.fields import read_map, read_text, read_texts_and_places
from guild_ipy.operations.guildfile.nodes import Entry, ListNode, MapNode, Node, Place, ScalarNode, make_entry
from guild_ipy.operations.guildfile.text import parse_text
from guild_ipy.store.regular_file import read_regular

#: How many files a Guild file may include, those of included ones counted.
MAX_FILES = 50

_KINDS: dict[str, Attributes] = {"model": MODEL, "config": CONFIG, "package": PACKAGE, "include": INCLUDE}


@dataclass(frozen=True, kw_only=True)
class Item:
    """A model or a config as written."""

    name: str
    """Empty for the model of operations that have none."""
    is_model: bool
    node: MapNode
    notes: tuple[str, ...] = ()


def read_items(path: str, content: bytes) -> list[Item]:
    """Read the models and configs of a Guild file and of what it includes.

    Parameters
    ----------
    path
        Of the file, absolute; `content` is what it holds.

    Raises
    ------
    GuildFileError
        For what is no Guild file, and includes that are not there or include each other.
    """
    reading = _Reading(root=os.path.dirname(path), files=[])
    items = list(_read_file(path, content, (), reading))
    known: dict[tuple[bool, str], Item] = {}
    for item in items:
        first = known.setdefault((item.is_model, item.name), item)
        if first is not item:
            kind = "model" if item.is_model else "config"
            named = repr(item.name) if item.name else "without a name"
            raise item.node.place.error(f"a {kind} {named} stands at {first.node.place} already; join the two")
    return items


@dataclass(frozen=True, kw_only=True)
class _Reading:
    root: str
    files: list[str]
    """Those that have been read, to end what includes too many."""


def _read_file(path: str, content: bytes, chain: tuple[str, ...], reading: _Reading) -> Iterator[Item]:
    shown = os.path.relpath(path, reading.root)
    reading.files.append(path)
    node = parse_text(content, shown)
    if node is None:
        return
    for item in _top_level(node):
        kind = _kind_of(item)
        _KINDS[kind].check(item)
        if kind == "include":
            yield from _include(item, path, (*chain, path), reading)
        elif kind != "package":
            yield _make_item(kind, item)


def _top_level(node: Node) -> Iterator[MapNode]:
    """Give the items of a file; a map is operations, or one model that says so."""
    if isinstance(node, ListNode):
        for item in node.items:
            yield read_map(item, "an item of a Guild file")
        return
    if not isinstance(node, MapNode):
        raise node.place.error(f"a Guild file is a map of operations or a list of models, not {node}")
    operations = node.entry("operations")
    is_model = operations is not None and isinstance(operations.value, MapNode) and "main" not in operations.value
    if is_model:
        yield node
    else:
        yield MapNode(place=node.place, entries=(make_entry("operations", node),))


def _kind_of(item: MapNode) -> str:
    kinds = [entry for entry in item if entry.key.value in _KINDS]
    if len(kinds) > 1:
        first, second = kinds[0].name, kinds[1]
        raise second.place.error(f"an item is a {first} or a {second.name}, not both; make two items of it")
    if kinds:
        return kinds[0].name
    if "operations" in item:
        return "model"
    words = ", ".join(_KINDS)
    near = next((hint for entry in item if (hint := suggest(str(entry.key.value), _KINDS))), "")
    raise item.place.error(f"an item of a Guild file says what it is: one of {words}, or operations{near}")


def _make_item(kind: str, node: MapNode) -> Item:
    entry = node.entry(kind)
    name = "" if entry is None or (kind == "model" and _is_empty(entry)) else read_text(entry.value, f"the {kind} name")
    return Item(name=name, is_model=kind == "model", node=node, notes=tuple(_KINDS[kind].unused(node)))


def _is_empty(entry: Entry) -> bool:
    return isinstance(entry.value, ScalarNode) and entry.value.value in {"", None}


def _include(item: MapNode, path: str, chain: tuple[str, ...], reading: _Reading) -> Iterator[Item]:
    node = item.get("include")
    if node is None:
        return
    for name, place in read_texts_and_places(node, "include"):
        found = _find_include(name, os.path.dirname(path), place)
        if found in chain:
            names = [os.path.relpath(each, reading.root) for each in (*chain[chain.index(found) :], found)]
            raise place.error(f"files include each other in a circle: {' -> '.join(names)}; leave one include out")
        if len(reading.files) >= MAX_FILES:
            raise place.error(f"more than {MAX_FILES} files are included; include fewer")
        yield from _read_file(found, read_guild_file_bytes(found, place), chain, reading)


def _find_include(name: str, folder: str, place: Place) -> str:
    """Find a file beside the including one, or the Guild file of a package."""
    path = os.path.normpath(os.path.join(folder, name))
    if os.path.isfile(path):
        return path
    packages = (os.path.join(entry, name.replace(".", os.sep), GUILD_FILE) for entry in sys.path if entry)
    found = next((each for each in packages if os.path.isfile(each)), None) if "/" not in name else None
    if found is None:
        raise place.error(f"there is no file {name!r} to include{suggest(name, _neighbours(path))}; name one beside it")
    return found


def _neighbours(path: str) -> list[str]:
    try:
        return os.listdir(os.path.dirname(path))
    except OSError:
        return []


def read_guild_file_bytes(path: str, place: Place | None = None) -> bytes:
    """Read a file; an error points to the include that names it, or to the file itself."""
    try:
        return read_regular(path)
    except OSError as error:
        message = f"cannot read {path!r}: {(error.strerror or str(error)).lower()}"
        raise (place.error(message) if place else GuildFileError(message, path=os.path.basename(path))) from error
