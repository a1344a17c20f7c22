"""The values of a Guild file, which know where they were written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.errors import GuildFileError

Scalar: TypeAlias = bool | int | float | str | None

_SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class FilePlace:
    """A place in a file; line and column begin at 1.

    Examples
    --------
    >>> str(FilePlace(path="guild.yml", line=3, column=5)), str(FilePlace(path="train()"))
    ('guild.yml:3:5', 'train()')
    """

    path: str
    line: int = 0
    column: int = 0
    """Both are 0 if there is no file, for values that a decorator was given."""
    problem: str = ""
    """An error that makes the value unusable; every error that points here reports it."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path

    def error(self, message: str) -> GuildFileError:
        """Make an error that points here."""
        return GuildFileError(self.problem or message, path=self.path, line=self.line, column=self.column)


@dataclass(frozen=True, kw_only=True)
class ScalarNode:
    """A single value."""

    place: FilePlace
    value: Scalar
    text: str
    """The text as written, without quotes."""

    def __str__(self) -> str:
        if isinstance(self.value, str):
            return repr(self.value if len(self.value) <= _SHOWN else self.value[: _SHOWN - 1] + "…")
        return "nothing" if self.value is None else f"{self.text} ({_KINDS[type(self.value)]})"


_KINDS: Mapping[type, str] = {bool: "yes or no", int: "a number", float: "a number"}


@dataclass(frozen=True, kw_only=True)
class ListNode:
    """A list."""

    place: FilePlace
    items: tuple[YamlNode, ...] = ()

    def __str__(self) -> str:
        return "a list"


@dataclass(frozen=True, kw_only=True)
class WrongNode:
    """A value that cannot be read; its place says why. It matters only if the value is used."""

    place: FilePlace

    def __str__(self) -> str:
        return "a wrong value"


@dataclass(frozen=True, kw_only=True)
class MapEntry:
    """A name and its value."""

    key: ScalarNode
    value: YamlNode

    @property
    def name(self) -> str:
        """The name; an error if it is not text."""
        if not isinstance(self.key.value, str):
            raise self.key.place.error(f"{self.key} is no name; put it in quotes: '{self.key.text}'")
        return self.key.value

    @property
    def place(self) -> FilePlace:
        """The place of the name."""
        return self.key.place


@dataclass(frozen=True, kw_only=True)
class MapNode:
    """A map; its names are all different."""

    place: FilePlace
    entries: tuple[MapEntry, ...] = field(default=())

    def __str__(self) -> str:
        return "a map"

    def __iter__(self) -> Iterator[MapEntry]:
        return iter(self.entries)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @cached_property
    def _by_name(self) -> dict[Scalar, MapEntry]:
        return {entry.key.value: entry for entry in self.entries}

    def entry(self, name: str) -> MapEntry | None:
        """Find an entry."""
        return self._by_name.get(name)

    def get(self, name: str) -> YamlNode | None:
        """Find a value; None also for a name without a value."""
        entry = self._by_name.get(name)
        return None if entry is None or is_nothing(entry.value) else entry.value

    def with_entries(self, entries: Iterable[MapEntry]) -> MapNode:
        """Return a map in the same place; of entries with the same name the last counts."""
        return MapNode(place=self.place, entries=tuple({entry.key.value: entry for entry in entries}.values()))

    def without(self, *names: str) -> MapNode:
        """Return the map without some names."""
        return self.with_entries(entry for entry in self if entry.key.value not in names)


YamlNode: TypeAlias = ScalarNode | ListNode | MapNode | WrongNode


def is_nothing(node: YamlNode) -> bool:
    """Whether a node is empty."""
    return isinstance(node, ScalarNode) and node.value is None


def make_entry(name: str, value: YamlNode, place: FilePlace | None = None) -> MapEntry:
    """Make an entry whose name has the place of its value, or `place`."""
    return MapEntry(key=ScalarNode(place=place or value.place, value=name, text=name), value=value)


def plain_value(node: YamlNode) -> FlagValue:
    """Return the value without its places."""
    if isinstance(node, WrongNode):
        raise node.place.error("it cannot be read")
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, ListNode):
        return [plain_value(item) for item in node.items]
    return {entry.name: plain_value(entry.value) for entry in node}


def make_node(value: object, place: FilePlace) -> YamlNode:
    """Make a node from Python data, all with one place; an error for data that YAML cannot express."""
    if value is None or isinstance(value, bool | int | float | str):
        return ScalarNode(place=place, value=value, text=str(value))
    if isinstance(value, list | tuple):
        return ListNode(place=place, items=tuple(make_node(item, place) for item in value))
    if isinstance(value, Mapping):
        return MapNode(place=place, entries=tuple(_make_entries(value, place)))
    raise place.error(f"{type(value).__name__} is no value of a Guild file; use text, numbers, lists and dicts")


def _make_entries(values: Mapping[object, object], place: FilePlace) -> Iterator[MapEntry]:
    for key, value in values.items():
        name = make_node(key, place)
        if not isinstance(name, ScalarNode):
            raise place.error(f"{name} cannot be the name of an attribute; use text")
        yield MapEntry(key=name, value=make_node(value, place))
