"""``$include``: adds flags, operations and resources of another model, config or operation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guild_ipy.errors import suggest
from guild_ipy.operations.guildfile.reading.fields import read_map, read_texts_and_places
from guild_ipy.operations.guildfile.reading.inheritance import with_maps
from guild_ipy.operations.guildfile.reading.items import Item
from guild_ipy.operations.guildfile.reading.yaml_nodes import FilePlace, MapEntry, MapNode, YamlNode

_REFERENCE = re.compile(r"(?:(?P<model>[^:#]*):)?(?P<name>[^:#]+)(?:#(?P<only>.+))?\Z")


def read_section(owner: MapNode, section: str, items: Sequence[Item]) -> MapNode:
    """Return a section of a model or operation with the entries that it includes; its own entries come first.

    Raises
    ------
    GuildFileError
        For a reference that leads nowhere, and for sections that include each other.
    """
    node = owner.get(section)
    if node is None:
        return MapNode(place=owner.place)
    return _read(read_map(node, section), _Search(section=section, items=items), ())


@dataclass(frozen=True, kw_only=True)
class _Search:
    section: str
    items: Sequence[Item]


def _read(node: MapNode, search: _Search, chain: tuple[str, ...]) -> MapNode:
    include = node.get("$include")
    if include is None:
        return node.without("$include")
    found: dict[object, MapEntry] = {}
    for text, place in read_texts_and_places(include, "$include"):
        if text in chain:
            circle = " -> ".join((*chain[chain.index(text) :], text))
            raise place.error(f"{search.section} include each other in a circle: {circle}; leave one of them out")
        for entry in _find(text, place, search, (*chain, text)):
            _put(found, entry)
    for entry in node.without("$include"):
        _put(found, entry)
    return MapNode(place=node.place, entries=tuple(found.values()))


def _put(found: dict[object, MapEntry], entry: MapEntry) -> None:
    """Add an entry; the attributes of two maps of the same name are joined, and later ones take precedence."""
    earlier = found.get(entry.key.value)
    if earlier is not None and isinstance(earlier.value, MapNode) and isinstance(entry.value, MapNode):
        entry = MapEntry(key=entry.key, value=entry.value.with_entries((*earlier.value, *entry.value)))
    found[entry.key.value] = entry


def _find(text: str, place: FilePlace, search: _Search, chain: tuple[str, ...]) -> MapNode:
    match = _REFERENCE.match(text)
    if match is None:
        raise place.error(f"{text!r} is no reference; write CONFIG, CONFIG#NAME,NAME or MODEL:OPERATION")
    owner = _find_owner(match, place, search)
    node: YamlNode | None = owner.get(search.section)
    if node is None:
        return MapNode(place=place)
    found = _read(read_map(node, search.section), search, chain)
    return found if match["only"] is None else _only(found, match["only"], place)


def _find_owner(match: re.Match[str], place: FilePlace, search: _Search) -> MapNode:
    name = match["name"] if match["model"] is None else match["model"]
    item = next((item for item in search.items if item.name == name), None)
    if item is None:
        known = [item.name for item in search.items if item.name]
        raise place.error(f"no model or config {name!r} to include from{suggest(name, known)}; define it")
    node = with_maps(item.checked())
    if match["model"] is None:
        return node
    operations = node.get("operations")
    known_operations = read_map(operations, "operations") if operations is not None else MapNode(place=place)
    entry = known_operations.entry(match["name"])
    if entry is None:
        hint = suggest(match["name"], [str(each.key.value) for each in known_operations])
        raise place.error(f"model {name!r} has no operation {match['name']!r} to include from{hint}; define it")
    return read_map(entry.value, f"operation {match['name']!r}")


def _only(found: MapNode, names: str, place: FilePlace) -> MapNode:
    wanted = [name.strip() for name in names.split(",")]
    known = [str(entry.key.value) for entry in found]
    missing = next((name for name in wanted if name not in known), None)
    if missing is not None:
        raise place.error(f"there is no {missing!r} to include{suggest(missing, known)}; there are {', '.join(known)}")
    return MapNode(place=found.place, entries=tuple(entry for entry in found if entry.key.value in wanted))
