"""Reads the dependencies and flags that ``@guild_ipy.operation`` declares, as in a Guild file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.values.flags import FlagDef
from guild_ipy.operations.guildfile.defining.flag_definitions import read_flags
from guild_ipy.operations.guildfile.defining.resources import Resources, read_requires
from guild_ipy.operations.guildfile.reading.inheritance import flag_maps
from guild_ipy.operations.guildfile.reading.known_attributes import SOURCE_KINDS
from guild_ipy.operations.guildfile.reading.yaml_nodes import (
    FilePlace,
    ListNode,
    MapNode,
    ScalarNode,
    YamlNode,
    make_entry,
    make_node,
)


def parse_requires(data: Any, location: str, origin: str) -> tuple[Dependency, ...]:  # noqa: ANN401 - what users write
    """Read dependencies: text, a dict, or a list of these.

    A dict has the attributes of a Guild file. Text is ``kind:value``, or the name of an operation.

    Parameters
    ----------
    location
        The folder in which files are looked for.
    origin
        The name of the function, for messages.

    Raises
    ------
    GuildFileError
        For a value that is not a dependency.

    Examples
    --------
    >>> [each.key for each in parse_requires(["train", "file:data.csv"], "/lab", "serve()")]
    ['operation:train', 'file:data.csv']
    """
    node = make_node(data, FilePlace(path=origin))
    items = node.items if isinstance(node, ListNode) else (node,)
    spelt = ListNode(place=node.place, items=tuple(map(_spell_out, items)))
    return read_requires(spelt, Resources(location=location))


def parse_flag_defs(data: Mapping[str, Any], origin: str) -> tuple[FlagDef, ...]:
    """Read flags as they are declared in a Guild file: by name, a default or a map of attributes.

    Raises
    ------
    GuildFileError
        For a value that is not a flag, and for a default that the flag cannot have.

    Examples
    --------
    >>> [flag.maximum for flag in parse_flag_defs({"depth": {"default": 4, "max": 30}}, "train()")]
    [30]
    """
    node = make_node(dict(data), FilePlace(path=origin))
    assert isinstance(node, MapNode), "it was made of a map"
    return read_flags(flag_maps(node), origin)


def _spell_out(node: YamlNode) -> YamlNode:
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
        return node
    kind, colon, value = node.value.partition(":")
    if not colon or kind not in SOURCE_KINDS:
        kind, value = "operation", node.value
        if value.startswith(("http://", "https://", "ftp://")):
            kind = "url"
    text = ScalarNode(place=node.place, value=value.strip(), text=value.strip())
    return MapNode(place=node.place, entries=(make_entry(kind, text),))
