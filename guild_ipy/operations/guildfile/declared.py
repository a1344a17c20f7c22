"""Dependencies that Python declares: what ``@guild_ipy.operation(requires=...)`` is given, read as in a Guild file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guild_ipy.domain.dependency import Dependency
from guild_ipy.domain.flags import FlagDef
from guild_ipy.operations.guildfile.attributes import SOURCE_KINDS
from guild_ipy.operations.guildfile.flags import read_flags
from guild_ipy.operations.guildfile.inheritance import flag_maps
from guild_ipy.operations.guildfile.nodes import ListNode, MapNode, Node, Place, ScalarNode, make_entry, make_node
from guild_ipy.operations.guildfile.resources import Resources, read_requires


def parse_requires(data: Any, location: str, origin: str) -> tuple[Dependency, ...]:  # noqa: ANN401 - what users write
    """Read dependencies: text, a dict, or a list of these.

    A dict is what a Guild file has there. Text is ``kind:value``, or the name of an operation.

    Parameters
    ----------
    location
        The folder that files are looked for in.
    origin
        The name of the function, for messages.

    Raises
    ------
    GuildFileError
        For what is not a dependency.

    Examples
    --------
    >>> [each.key for each in parse_requires(["train", "file:data.csv"], "/lab", "serve()")]
    ['operation:train', 'file:data.csv']
    """
    node = make_node(data, Place(path=origin))
    items = node.items if isinstance(node, ListNode) else (node,)
    spelt = ListNode(place=node.place, items=tuple(map(_spell_out, items)))
    return read_requires(spelt, Resources(location=location))


def parse_flag_defs(data: Mapping[str, Any], origin: str) -> tuple[FlagDef, ...]:
    """Read flags as they are declared in a Guild file: by name, a default or a map of attributes.

    Raises
    ------
    GuildFileError
        For what is not a flag, and for a default that the flag cannot have.

    Examples
    --------
    >>> [flag.maximum for flag in parse_flag_defs({"depth": {"default": 4, "max": 30}}, "train()")]
    [30]
    """
    node = make_node(dict(data), Place(path=origin))
    assert isinstance(node, MapNode), "it was made of a map"
    return read_flags(flag_maps(node), origin)


def _spell_out(node: Node) -> Node:
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
        return node
    kind, colon, value = node.value.partition(":")
    if not colon or kind not in SOURCE_KINDS:
        kind, value = "operation", node.value
        if value.startswith(("http://", "https://", "ftp://")):
            kind = "url"
    text = ScalarNode(place=node.place, value=value.strip(), text=value.strip())
    return MapNode(place=node.place, entries=(make_entry(kind, text),))
