"""The items of a Guild file: models and configs, also those of files that it includes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from guild_ipy.errors import GuildFileError, suggest
from guild_ipy.operations.guildfile import GUILD_FILE
from guild_ipy.operations.guildfile.reading.fields import read_bool, read_map, read_text, read_texts_and_places
from guild_ipy.operations.guildfile.reading.known_attributes import CONFIG, INCLUDE, MODEL
from guild_ipy.operations.guildfile.reading.yaml_nodes import (
    FilePlace,
    ListNode,
    MapEntry,
    MapNode,
    ScalarNode,
    YamlNode,
    make_entry,
)
from guild_ipy.operations.guildfile.reading.yaml_text import parse_text
from guild_ipy.store.files.regular_file import read_regular

#: How many files a Guild file may include, directly and indirectly.
MAX_FILES = 50

_KINDS = ("model", "config", "package", "include")


@dataclass(frozen=True, kw_only=True)
class Item:
    """A model or config as written."""

    name: str
    """Empty for the model of operations without a model."""
    is_model: bool
    node: MapNode
    is_default: bool = False
    error: GuildFileError | None = None
    """The error, for an item that cannot be read."""
    notes: tuple[str, ...] = ()

    def checked(self) -> MapNode:
        """Return the content; GuildFileError for an item that cannot be read."""
        if self.error is not None:
            raise self.error
        return self.node


@dataclass(frozen=True, kw_only=True)
class Items:
    """The items of a Guild file, and its problems."""

    items: tuple[Item, ...]
    problems: tuple[GuildFileError, ...]
    """Errors for unknown items and missing files."""


def read_items(path: str, content: bytes) -> Items:
    """Read the models and configs of a Guild file and of the files that it includes.

    Parameters
    ----------
    path
        The absolute path of the file, whose content is `content`.

    Raises
    ------
    GuildFileError
        If it is not a Guild file at all.
    """
    reading = _Reading(root=os.path.dirname(path), files=[], problems=[])
    items = list(_read_file(path, content, (), reading))
    return Items(items=tuple(_refuse_twins(items)), problems=tuple(reading.problems))


def _refuse_twins(items: Sequence[Item]) -> Iterator[Item]:
    """Return the items; two items of the same name are replaced by errors."""
    known: dict[tuple[bool, str], list[Item]] = {}
    for item in items:
        known.setdefault((item.is_model, item.name), []).append(item)
    for first, *others in known.values():
        error = first.error
        if others:
            kind = "model" if first.is_model else "config"
            named = repr(first.name) if first.name else "without a name"
            message = f"a {kind} {named} stands at {first.node.place} already; join the two"
            error = others[0].node.place.error(message)
        yield from (replace(item, error=error) if others else item for item in (first, *others))


@dataclass(frozen=True, kw_only=True)
class _Reading:
    root: str
    files: list[str]
    """The files that have been read: each is read once, however often it is included."""
    problems: list[GuildFileError]


def _read_file(path: str, content: bytes, chain: tuple[str, ...], reading: _Reading) -> Iterator[Item]:
    reading.files.append(path)
    node = parse_text(content, os.path.relpath(path, reading.root))
    for item in [] if node is None else _top_level(node):
        try:
            yield from _read_item(item, path, chain, reading)
        except GuildFileError as error:
            reading.problems.append(error)


def _read_item(node: YamlNode, path: str, chain: tuple[str, ...], reading: _Reading) -> list[Item]:
    item = read_map(node, "an item of a Guild file")
    kind = _kind_of(item)
    if kind == "include":
        INCLUDE.check(item)
        return _include(item, path, (*chain, path), reading)
    return [] if kind == "package" else [_make_item(kind, item)]


def _top_level(node: YamlNode) -> Iterator[YamlNode]:
    """Return the items of a file; a map holds operations, or one model."""
    if isinstance(node, ListNode):
        yield from node.items
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
    if kind == "config":  # it may have attributes of its author's own
        foreign = (f"{error}; it has no effect" for error in CONFIG.unknown(node))
        return Item(name=name, is_model=False, node=node, notes=(*CONFIG.unused(node), *foreign))
    notes, default = tuple(MODEL.unused(node)), node.get("default")
    try:
        MODEL.check(node)
        is_default = default is not None and read_bool(default, "default of a model")
    except GuildFileError as error:
        return Item(name=name, is_model=True, node=node, error=error, notes=notes)
    return Item(name=name, is_model=True, node=node, is_default=is_default, notes=notes)


def _is_empty(entry: MapEntry) -> bool:
    return isinstance(entry.value, ScalarNode) and entry.value.value in {"", None}


def _include(item: MapNode, path: str, chain: tuple[str, ...], reading: _Reading) -> list[Item]:
    node = item.get("include")
    items: list[Item] = []
    for name, place in [] if node is None else read_texts_and_places(node, "include"):
        try:
            items += _read_included(_find_include(name, os.path.dirname(path), place), place, chain, reading)
        except GuildFileError as error:
            reading.problems.append(error)
    return items


def _read_included(path: str, place: FilePlace, chain: tuple[str, ...], reading: _Reading) -> list[Item]:
    if path in chain:
        names = [os.path.relpath(each, reading.root) for each in (*chain[chain.index(path) :], path)]
        raise place.error(f"files include each other in a circle: {' -> '.join(names)}; leave one include out")
    if path in reading.files:
        return []
    if len(reading.files) >= MAX_FILES:
        raise place.error(f"more than {MAX_FILES} files are included; include fewer")
    return list(_read_file(path, read_guild_file_bytes(path, place), chain, reading))


def _find_include(name: str, folder: str, place: FilePlace) -> str:
    """Find a file next to the including one, or the Guild file of a package."""
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


def read_guild_file_bytes(path: str, place: FilePlace | None = None) -> bytes:
    """Read a file; an error points to the include that names it, or to the file itself."""
    try:
        return read_regular(path)
    except OSError as error:
        message = f"cannot read {path!r}: {(error.strerror or str(error)).lower()}"
        raise (place.error(message) if place else GuildFileError(message, path=os.path.basename(path))) from error
