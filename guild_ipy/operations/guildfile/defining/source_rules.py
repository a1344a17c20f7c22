"""Reads ``sourcecode``: the rules that say which files of the project are copied."""

from __future__ import annotations

from dataclasses import replace

from guild_ipy.domain.declarations.operation_def import SourceRule, SourceRules
from guild_ipy.operations.guildfile.reading.fields import read_inner_path, read_map, read_text, read_texts
from guild_ipy.operations.guildfile.reading.known_attributes import SOURCECODE
from guild_ipy.operations.guildfile.reading.yaml_nodes import ListNode, MapNode, ScalarNode, YamlNode, is_nothing

_TYPES = ("dir", "text", "binary")
EVERYTHING = SourceRule(pattern="*", is_include=False)


def read_source_rules(node: YamlNode | None) -> SourceRules | None:
    """Read ``sourcecode``: no, a pattern, a list, or a map with ``select``, ``root`` and ``dest``."""
    if node is None:
        return None
    if not isinstance(node, MapNode):
        return _read_select(node)
    SOURCECODE.check(node)
    select, root, dest = (node.get(name) for name in ("select", "root", "dest"))
    rules = SourceRules() if select is None else _read_select(select)
    return replace(
        rules,
        root=None if root is None else read_text(root, "root of sourcecode"),
        dest=None if dest is None else read_inner_path(dest, "dest of sourcecode"),
    )


def join_rules(model: SourceRules | None, own: SourceRules | None) -> SourceRules | None:
    """Return the rules for an operation: its own follow those of its model, and so take precedence."""
    if model is None or own is None:
        return own or model
    return SourceRules(
        root=own.root or model.root,
        dest=own.dest or model.dest,
        rules=(*model.rules, *own.rules),
        is_disabled=own.is_disabled or (model.is_disabled and not own.rules),
    )


def _read_select(node: YamlNode) -> SourceRules:
    if isinstance(node, ListNode) and not node.items:
        return SourceRules(is_disabled=True)
    if isinstance(node, ScalarNode) and isinstance(node.value, bool):
        if node.value:
            raise node.place.error("sourcecode is no, a pattern or a list; leave it out for the usual files")
        return SourceRules(is_disabled=True)
    items = node.items if isinstance(node, ListNode) else (node,)
    rules = tuple(rule for item in items for rule in _read_rule(item))
    replaces = all(isinstance(item, ScalarNode) for item in items)
    return SourceRules(rules=(EVERYTHING, *rules) if replaces else rules)


def _read_rule(node: YamlNode) -> list[SourceRule]:
    if isinstance(node, ScalarNode):
        return [SourceRule(pattern=read_text(node, "a pattern of sourcecode"), is_include=True)]
    entries = read_map(node, "an item of sourcecode").entries
    if len(entries) != 1 or entries[0].key.value not in {"include", "exclude"}:
        raise node.place.error("an item of sourcecode is one 'include: PATTERN' or 'exclude: PATTERN'")
    word, value = entries[0].name, entries[0].value
    kind = "any"
    if isinstance(value, MapNode):
        if len(value.entries) != 1 or value.entries[0].key.value not in _TYPES:
            raise value.place.error(f"{word} is of patterns, or of one of {', '.join(_TYPES)}")
        kind, value = value.entries[0].name, value.entries[0].value
    if is_nothing(value):
        raise value.place.error(f"{word} has no pattern; write one behind it")
    patterns = read_texts(value, word)
    return [SourceRule(pattern=pattern, is_include=word == "include", kind=kind) for pattern in patterns]
