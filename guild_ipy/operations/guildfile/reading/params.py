"""``params`` of a model, and references to them in its text, ``{{ name }}``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from guild_ipy.operations.guildfile.reading.fields import read_map
from guild_ipy.operations.guildfile.reading.yaml_nodes import ListNode, MapEntry, MapNode, ScalarNode, YamlNode

_REFERENCE = re.compile(r"\{\{(.*?)\}\}")


def fill_params(model: MapNode) -> MapNode:
    """Replace references to params of a model by their values; other references stay as they are.

    Raises
    ------
    GuildFileError
        For params that refer to each other in a circle, and for a param within a text whose value is not text.
    """
    node = model.get("params")
    if node is None:
        return model
    params = {entry.name: entry.value for entry in read_map(node, "params")}
    resolved = {name: _resolve(value, params, (name,)) for name, value in params.items()}
    filled = _fill(model.without("params"), resolved)
    assert isinstance(filled, MapNode)
    return filled


def _resolve(value: YamlNode, params: Mapping[str, YamlNode], chain: tuple[str, ...]) -> YamlNode:
    """Replace the references in a param."""
    if not isinstance(value, ScalarNode) or not isinstance(value.value, str):
        return value
    inner: dict[str, YamlNode] = {}
    for found in _REFERENCE.findall(value.value):
        name = found.strip()
        if name in chain:
            circle = " -> ".join((*chain[chain.index(name) :], name))
            raise value.place.error(f"params refer to each other in a circle: {circle}; give one of them a value")
        if name in params:
            inner[name] = _resolve(params[name], params, (*chain, name))
    return _fill(value, inner)


def _fill(node: YamlNode, params: Mapping[str, YamlNode]) -> YamlNode:
    if isinstance(node, ListNode):
        return ListNode(place=node.place, items=tuple(_fill(item, params) for item in node.items))
    if isinstance(node, MapNode):
        entries = tuple(MapEntry(key=entry.key, value=_fill(entry.value, params)) for entry in node)
        return MapNode(place=node.place, entries=entries)
    return _fill_text(node, params) if isinstance(node, ScalarNode) else node


def _fill_text(node: ScalarNode, params: Mapping[str, YamlNode]) -> YamlNode:
    if not isinstance(node.value, str) or "{{" not in node.value:
        return node
    whole = _REFERENCE.fullmatch(node.value)
    if whole and "}}" not in whole[1]:
        value = params.get(whole[1].strip())
        return node if value is None else _at(value, node)
    text = _REFERENCE.sub(lambda match: _text_of(match, node, params), node.value)
    return ScalarNode(place=node.place, value=text, text=text)


def _at(value: YamlNode, node: ScalarNode) -> YamlNode:
    """Return a value as if it had been written where the reference is."""
    if isinstance(value, ScalarNode):
        return ScalarNode(place=node.place, value=value.value, text=value.text)
    return value


def _text_of(match: re.Match[str], node: ScalarNode, params: Mapping[str, YamlNode]) -> str:
    value = params.get(match[1].strip())
    if value is None:
        return match[0]
    if isinstance(value, ScalarNode):
        return value.text
    raise node.place.error(f"param {match[1].strip()!r} is {value}, which cannot stand within text; let it stand alone")
