"""``extends``: joins a model with the configs and other models that it extends."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from guild_ipy.errors import suggest
from guild_ipy.operations.guildfile.reading.fields import read_texts, read_texts_and_places
from guild_ipy.operations.guildfile.reading.items import Item
from guild_ipy.operations.guildfile.reading.yaml_nodes import (
    FilePlace,
    MapEntry,
    MapNode,
    ScalarNode,
    YamlNode,
    make_entry,
)

_INHERITED = frozenset(
    "description extra flags operation-defaults operations params references resources sourcecode".split()
)


def extend(item: Item, items: Sequence[Item]) -> MapNode:
    """Return an item with what it extends; its own values come before those of the first parent, and so on.

    Raises
    ------
    GuildFileError
        For a parent that does not exist, and for parents that extend each other.
    """
    return _extend(item.checked(), items, (item.name,))


def parents(item: Item, items: Sequence[Item]) -> list[Item]:
    """Return the models and configs that an item extends, also indirectly."""
    node = item.node.get("extends")
    names = [] if node is None else read_texts(node, "extends")
    own = [each for name in names for each in items if each.name == name]
    return [*own, *(above for each in own for above in parents(each, items))]


def _extend(node: MapNode, items: Sequence[Item], chain: tuple[str, ...]) -> MapNode:
    found = with_maps(node)
    parents = node.get("extends")
    if parents is None:
        return found
    for name, place in read_texts_and_places(parents, "extends"):
        if name in chain:
            circle = " -> ".join((*chain[chain.index(name) :], name))
            raise place.error(f"models extend each other in a circle: {circle}; leave one of them out")
        parent = _extend(_find(name, place, items), items, (*chain, name))
        taken = MapNode(place=parent.place, entries=tuple(e for e in parent if e.key.value in _INHERITED))
        found = _join(found, taken)
    return found.without("extends")


def _find(name: str, place: FilePlace, items: Sequence[Item]) -> MapNode:
    for item in items:
        if item.name == name:
            return item.checked()
    if "/" in name:
        raise place.error(f"{name!r} is a model of a package, which is not supported; include its file")
    known = [item.name for item in items if item.name]
    raise place.error(f"no model or config {name!r}{suggest(name, known)}; there are {', '.join(known) or 'none'}")


def _join(child: MapNode, parent: MapNode) -> MapNode:
    """Add the entries that only the parent has; maps that both have are joined in the same way."""
    own = {entry.key.value: entry for entry in child}
    entries: list[MapEntry] = []
    for entry in parent:
        mine = own.pop(entry.key.value, None)
        if mine is None:
            entries.append(entry)
        elif isinstance(mine.value, MapNode) and isinstance(entry.value, MapNode):
            entries.append(MapEntry(key=mine.key, value=_join(mine.value, entry.value)))
        else:
            entries.append(mine)
    return MapNode(place=child.place, entries=(*entries, *own.values()))


# -- short forms, expanded so that maps can be joined with maps


def with_maps(node: MapNode) -> MapNode:
    """Expand the short forms of operations (``train: main``) and flags (``lr: 0.1``)."""
    return _change(_change(node, "operations", _operations), "flags", flag_maps)


def _change(node: MapNode, name: str, change: Callable[[MapNode], MapNode]) -> MapNode:
    entry = node.entry(name)
    if entry is None or not isinstance(entry.value, MapNode):
        return node
    changed = MapEntry(key=entry.key, value=change(entry.value))
    return node.with_entries(changed if each is entry else each for each in node)


def _operations(node: MapNode) -> MapNode:
    return node.with_entries(operation_map(entry) for entry in node)


def operation_map(entry: MapEntry) -> MapEntry:
    """Expand the short forms of one operation."""
    value = entry.value
    if entry.key.value == "$include":
        return entry
    if isinstance(value, ScalarNode) and isinstance(value.value, str):
        value = MapNode(place=value.place, entries=(make_entry("main", value),))
    elif isinstance(value, MapNode):
        value = _change(value, "flags", flag_maps)
    return MapEntry(key=entry.key, value=value)


def flag_maps(node: MapNode) -> MapNode:
    """Expand the short forms of flags."""
    return node.with_entries(_flag(entry) for entry in node)


def _flag(entry: MapEntry) -> MapEntry:
    value: YamlNode = entry.value
    if entry.key.value != "$include" and not isinstance(value, MapNode):
        value = MapNode(place=value.place, entries=(make_entry("default", value),))
    return MapEntry(key=entry.key, value=value)
