"""``steps`` of a pipeline."""

from __future__ import annotations

import shlex

from guild_ipy.domain.flags import FlagValue
from guild_ipy.domain.operation import Step
from guild_ipy.operations.flags import parse_flag_value
from guild_ipy.operations.guildfile.attributes import STEP
from guild_ipy.operations.guildfile.fields import leads_out, read_bool, read_map, read_text, read_texts
from guild_ipy.operations.guildfile.nodes import ListNode, MapNode, Node, ScalarNode, plain_value

_OPTIONS_WITH_TEXT = {"--label": "label", "-l": "label", "--tag": "tag", "-t": "tag", "--random-seed": "seed"}


def read_steps(node: Node) -> tuple[Step, ...]:
    """Read a list of steps; each is text, as behind ``guild run``, or a map."""
    if not isinstance(node, ListNode) or not node.items:
        raise node.place.error(f"steps are a list, not {node}; write '- operation' lines")
    return tuple(_read_step(item) for item in node.items)


def _read_step(node: Node) -> Step:
    if isinstance(node, ScalarNode):
        return _read_command(node, MapNode(place=node.place))
    node = read_map(node, "a step")
    STEP.check(node)
    command = node.get("run")
    if command is None:
        raise node.place.error("a step says what it runs; add 'run: OPERATION'")
    return _read_command(command, node)


def _read_command(node: Node, details: MapNode) -> Step:
    """Read ``OPERATION NAME=VALUE --label TEXT``; what the map says beside it counts more."""
    text = read_text(node, "a step")
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise node.place.error(f"step {text!r} has {str(error).lower()}; close it") from error
    if not words or "=" in words[0] or words[0].startswith("-"):
        raise node.place.error(f"step {text!r} names no operation; write it first")
    flags, options = _split(words[1:], node)
    flags |= _read_flags(details)
    name = _read_option(details, "name") or words[0]
    if leads_out(name):
        raise node.place.error(f"step name {name!r} leads out of the run directory; choose a plain name")
    return Step(
        operation=words[0],
        name=name,
        flags=flags,
        label=_read_option(details, "label") or next(iter(options.get("label", ())), None),
        tags=_read_tags(details) or tuple(options.get("tag", ())),
        random_seed=_read_seed(details, options.get("seed", []), node),
        isolate_runs=(isolates := details.get("isolate-runs")) is None or read_bool(isolates, "isolate-runs"),
        origin=str(node.place),
    )


def _split(words: list[str], node: Node) -> tuple[dict[str, FlagValue], dict[str, list[str]]]:
    flags: dict[str, FlagValue] = {}
    options: dict[str, list[str]] = {}
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if option in _OPTIONS_WITH_TEXT:
            value = value if equals else next(rest, "")
            options.setdefault(_OPTIONS_WITH_TEXT[option], []).append(value)
        elif word in {"-y", "--yes"}:
            continue
        elif word.startswith("-"):
            raise node.place.error(f"option {word!r} of a step is not supported; use name=value, --label, --tag")
        elif not equals or not option:
            raise node.place.error(f"{word!r} of a step is no flag; write name=value")
        else:
            flags[option] = parse_flag_value(value)
    return flags, options


def _read_flags(details: MapNode) -> dict[str, FlagValue]:
    node = details.get("flags")
    if node is None:
        return {}
    if isinstance(node, ListNode):
        return _split([read_text(item, "a flag of a step") for item in node.items], node)[0]
    return {entry.name: _value(entry.value) for entry in read_map(node, "flags of a step")}


def _value(node: Node) -> FlagValue:
    """Give the value of a flag; what is included from definitions has it as default."""
    default = node.entry("default") if isinstance(node, MapNode) else None
    return plain_value(node if default is None else default.value)


def _read_option(details: MapNode, name: str) -> str | None:
    node = details.get(name)
    return None if node is None else read_text(node, f"{name} of a step")


def _read_tags(details: MapNode) -> tuple[str, ...]:
    node = details.get("tags")
    return () if node is None else read_texts(node, "tags of a step")


def _read_seed(details: MapNode, given: list[str], node: Node) -> int | None:
    found = details.get("random-seed")
    text = read_text(found, "random-seed of a step") if found is not None else next(iter(given), None)
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or int(text) >= 2**32:
        raise (found or node).place.error(f"random-seed {text!r} is no whole number below 2**32")
    return int(text)
