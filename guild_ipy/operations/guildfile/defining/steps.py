"""Reads ``steps`` of a pipeline."""

from __future__ import annotations

from collections.abc import Iterator

from guild_ipy.domain.declarations.step_def import Step
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.operations.guildfile.defining.step_batches import read_step_batch
from guild_ipy.operations.guildfile.defining.step_words import read_step_words, split_step
from guild_ipy.operations.guildfile.reading.fields import leads_out, read_bool, read_map, read_text, read_texts
from guild_ipy.operations.guildfile.reading.known_attributes import STEP
from guild_ipy.operations.guildfile.reading.yaml_nodes import ListNode, MapNode, ScalarNode, YamlNode, plain_value


def read_steps(node: YamlNode) -> tuple[Step, ...]:
    """Read a list of steps; each is text, as after ``guild run``, or a map."""
    if not isinstance(node, ListNode) or not node.items:
        raise node.place.error(f"steps are a list, not {node}; write '- operation' lines")
    return tuple(_read_step(item) for item in node.items)


def unused_in_steps(node: YamlNode) -> Iterator[str]:
    """Return notes about attributes and options of steps that have no effect here."""
    for item in node.items if isinstance(node, ListNode) else ():
        command = item
        if isinstance(item, MapNode):
            yield from STEP.unused(item)
            command = item.get("run") or item
        words = split_step(read_text(command, "a step"), command)
        for option in read_step_words(words[1:], command).unsupported:
            yield f"{command.place}: option {option!r} of step {words[0]!r} is not supported and has no effect"


def _read_step(node: YamlNode) -> Step:
    if isinstance(node, ScalarNode):
        return _read_command(node, MapNode(place=node.place))
    node = read_map(node, "a step")
    STEP.check(node)
    command = node.get("run")
    if command is None:
        raise node.place.error("a step says what it runs; add 'run: OPERATION'")
    return _read_command(command, node)


def _read_command(node: YamlNode, details: MapNode) -> Step:
    """Read ``OPERATION NAME=VALUE --label TEXT``; attributes of the map take precedence."""
    words = split_step(read_text(node, "a step"), node)
    given = read_step_words(words[1:], node)
    options = given.options
    flags = given.flags | _read_flags(details)
    name = _read_option(details, "name") or words[0]
    if leads_out(name):
        raise node.place.error(f"step name {name!r} leads out of the run directory; choose a plain name")
    return Step(
        operation=words[0],
        name=name,
        flags=flags,
        label=_read_option(details, "label") or next(iter(options.get("label", ())), None),
        tags=_read_tags(details) or tuple(options.get("tags", ())),
        random_seed=_read_seed(details, options.get("random-seed", []), node),
        isolate_runs=(isolates := details.get("isolate-runs")) is None or read_bool(isolates, "isolate-runs"),
        batch=read_step_batch(details, options, node),
        origin=str(node.place),
    )


def _read_flags(details: MapNode) -> dict[str, FlagValue]:
    node = details.get("flags")
    if node is None:
        return {}
    if isinstance(node, ListNode):
        return read_step_words([read_text(item, "a flag of a step") for item in node.items], node).flags
    return {entry.name: _value(entry.value) for entry in read_map(node, "flags of a step")}


def _value(node: YamlNode) -> FlagValue:
    """Return the value of a flag; for an included definition its default."""
    default = node.entry("default") if isinstance(node, MapNode) else None
    return plain_value(node if default is None else default.value)


def _read_option(details: MapNode, name: str) -> str | None:
    node = details.get(name)
    return None if node is None else read_text(node, f"{name} of a step")


def _read_tags(details: MapNode) -> tuple[str, ...]:
    node = details.get("tags")
    return () if node is None else read_texts(node, "tags of a step")


def _read_seed(details: MapNode, given: list[str], node: YamlNode) -> int | None:
    found = details.get("random-seed")
    text = read_text(found, "random-seed of a step") if found is not None else next(iter(given), None)
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or int(text) >= 2**32:
        raise (found or node).place.error(f"random-seed {text!r} is no whole number below 2**32")
    return int(text)
