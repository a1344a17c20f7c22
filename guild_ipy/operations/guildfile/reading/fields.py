"""Reads nodes as values of one type; an error says where a value is wrong, and what it should be."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from guild_ipy.errors import suggest
from guild_ipy.operations.guildfile.reading.yaml_nodes import FilePlace, ListNode, MapNode, ScalarNode, YamlNode


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The attributes of a declaration in a Guild file.

    `owner` is its name in messages.
    """

    node: MapNode
    owner: str

    def get(self, name: str, read: Callable[[YamlNode, str], Any], default: Any = None) -> Any:  # noqa: ANN401 - of any type
        """Read an attribute; `default` if it has no value."""
        found = self.node.get(name)
        return default if found is None else read(found, f"{name} of {self.owner}")


def read_map(node: YamlNode, what: str) -> MapNode:
    """Read a map."""
    if not isinstance(node, MapNode):
        raise node.place.error(f"{what} is a map, not {node}; write 'name: value' lines below it")
    return node


def read_text(node: YamlNode, what: str) -> str:
    """Read text; a number counts as the text by which it is written."""
    if isinstance(node, ScalarNode):
        if isinstance(node.value, str):
            return node.value
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return node.text
    raise node.place.error(f"{what} is text, not {node}; {_quoting(node)}")


def read_words(node: YamlNode, what: str) -> tuple[str, ...]:
    """Read a command: text that is split as by a shell, or a list of words."""
    if isinstance(node, ListNode):
        return tuple(read_text(item, f"a word of {what}") for item in node.items)
    return tuple(split_words(read_text(node, what), what, node.place))


def split_words(text: str, what: str, place: FilePlace) -> list[str]:
    """Split text as a shell does."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise place.error(f"{what} {text!r} has {str(error).lower()}; close it") from error


def read_texts(node: YamlNode, what: str) -> tuple[str, ...]:
    """Read a list of texts; a single text needs no list."""
    if isinstance(node, ListNode):
        return tuple(read_text(item, f"an item of {what}") for item in node.items)
    if isinstance(node, MapNode):
        raise node.place.error(f"{what} is text or a list of it, not {node}; write '- item' lines")
    return (read_text(node, what),)


def read_texts_and_places(node: YamlNode, what: str) -> list[tuple[str, FilePlace]]:
    """Read a list of texts, with the place of each."""
    places = [item.place for item in node.items] if isinstance(node, ListNode) else [node.place]
    return list(zip(read_texts(node, what), places, strict=True))


def read_bool(node: YamlNode, what: str) -> bool:
    """Read yes or no."""
    if isinstance(node, ScalarNode) and isinstance(node.value, bool):
        return node.value
    raise node.place.error(f"{what} is yes or no, not {node}")


def read_number(node: YamlNode, what: str) -> int | float:
    """Read a number."""
    if isinstance(node, ScalarNode) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.value
    raise node.place.error(f"{what} is a number, not {node}; write it without quotes")


def read_choice(node: YamlNode, what: str, choices: tuple[str, ...]) -> str:
    """Read one of several words."""
    text = read_text(node, what)
    if text not in choices:
        raise node.place.error(f"{what} is one of {', '.join(choices)}, not {text!r}{suggest(text, choices)}")
    return text


def read_inner_path(node: YamlNode, what: str) -> str:
    """Read a path below the run directory, where files are written."""
    text = read_text(node, what)
    if leads_out(text):
        raise node.place.error(f"{what} {text!r} leads out of the run directory; name a path below it, without '..'")
    return os.path.normpath(text)


def leads_out(path: str) -> bool:
    """Whether a path, which should lie below a folder, may lead out of it."""
    return os.path.isabs(path) or ".." in path.replace("\\", "/").split("/") or "\0" in path or path.startswith("~")


def _quoting(node: YamlNode) -> str:
    return f"put it in quotes: '{node.text}'" if isinstance(node, ScalarNode) and node.text else "write it on one line"
