r"""``output-scalars``: patterns in place of the default ones.

A map has a pattern with one group for each scalar. Text is one whose groups say what is what: ``(?P<loss>\S+)``, or two
groups for key and value; a pattern of a map with such groups counts as text, whatever its name. What is written here is
what ``--output-scalar`` takes: ``loss: pattern`` for one group.
"""

from __future__ import annotations

import re

from guild_ipy.domain.values.scalars import expand_aliases
from guild_ipy.operations.guildfile.reading.fields import read_text
from guild_ipy.operations.guildfile.reading.yaml_nodes import ListNode, MapNode, ScalarNode, YamlNode

_KEY = re.compile(r"[^\s:()\[\]\\]+\Z")
_KEY_AND_VALUE = 2


def read_scalar_patterns(node: YamlNode) -> tuple[str, ...]:
    """Read the patterns; none for ``no``."""
    if isinstance(node, ScalarNode) and node.value is False:
        return ()
    items = node.items if isinstance(node, ListNode) else (node,)
    return tuple(pattern for item in items for pattern in _read(item))


def _read(node: YamlNode) -> list[str]:
    if isinstance(node, MapNode):
        return [_read_named(entry.name, entry.value) for entry in node]
    pattern = read_text(node, "a pattern of output-scalars")
    found = _compile(pattern, node)
    if not found.groupindex and found.groups != _KEY_AND_VALUE:
        raise node.place.error(
            f"pattern {pattern!r} has {found.groups} groups; name them, as in '(?P<loss>...)', or write 'loss: pattern'"
        )
    return [pattern]


def _read_named(key: str, node: YamlNode) -> str:
    pattern = read_text(node, f"the pattern of scalar {key!r}")
    found = _compile(pattern, node)
    if found.groupindex or found.groups == _KEY_AND_VALUE:
        return pattern
    if not _KEY.match(key):
        raise node.place.error(f"scalar {key!r} cannot be named so; use no spaces, colons and brackets")
    if found.groups != 1:
        raise node.place.error(f"the pattern {pattern!r} of scalar {key!r} has {found.groups} groups; one is the value")
    return f"{key}: {pattern}"


def _compile(pattern: str, node: YamlNode) -> re.Pattern[str]:
    try:
        return re.compile(expand_aliases(pattern))
    except re.error as error:
        raise node.place.error(f"{pattern!r} is no regular expression: {error}; correct it") from error
