"""Parses the text of a Guild file into nodes, within limits that ordinary files do not reach."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from guild_ipy.errors import GuildFileError
from guild_ipy.operations.guildfile.reading.yaml_nodes import (
    FilePlace,
    ListNode,
    MapEntry,
    MapNode,
    Scalar,
    ScalarNode,
    WrongNode,
    YamlNode,
    plain_value,
)
from guild_ipy.store.files.yaml_codec import loader_class

if TYPE_CHECKING:
    import yaml

#: Limits of a Guild file: bytes, levels, and values, where an alias counts as all values that it stands for.
MAX_BYTES = 2**18
MAX_DEPTH = 40
MAX_VALUES = 50_000

_CONTROL = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MERGE = "tag:yaml.org,2002:merge"
#: Parts of messages of libyaml, and the remedies.
_ADVICE = (
    ("mapping values are not allowed", "put text that holds ': ' in quotes, or indent the line as its neighbours"),
    ("cannot start any token", "indent with spaces, and put text that begins with a special character in quotes"),
    ("could not find expected ':'", "write 'name: value', or put the text in quotes"),
    ("did not find expected key", "indent the entries of a map alike, or put the text in quotes"),
    ("did not find expected '-' indicator", "indent the items of a list alike"),
    ("unexpected end of stream", "close the quotes"),
    ("did not find expected ',' or", "close the bracket, and put commas between items"),
    ("alphabetic or numeric character", "put text that begins with '*' or '&' in quotes"),
    ("unknown escape character", "use single quotes, or write \\\\ for a backslash"),
    ("undefined tag handle", "put text that begins with '!' in quotes"),
)


def parse_text(content: bytes, path: str) -> YamlNode | None:
    """Read one document of YAML; None if it is empty.

    Parameters
    ----------
    path
        The name of the file in messages.

    Raises
    ------
    GuildFileError
        For text that is not YAML, is too large or too deep, or uses tags.
    """
    if len(content) > MAX_BYTES:
        raise GuildFileError(
            f"{len(content)} bytes are more than the {MAX_BYTES} that a Guild file may have; put data into other files",
            path=path,
            line=1,
            column=1,
        )
    text = _decode(content, path)
    import yaml  # start-up cost: 15 ms

    loader: Any = loader_class()(text)  # the stubs of PyYAML know neither libyaml nor the methods of its parser
    try:
        return _Composer(loader=loader, path=path).compose()
    except yaml.YAMLError as error:
        raise _explain(error, path) from error


def _decode(content: bytes, path: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place_of(content[: error.start].decode("utf-8", "replace"), path)
        raise place.error("this is no UTF-8; save the file with that encoding") from error
    unwanted = _CONTROL.search(text)
    if unwanted:
        raise _place_of(text[: unwanted.start()], path).error(f"{unwanted[0]!r} cannot stand in YAML; remove it")
    return text


def _place_of(before: str, path: str) -> FilePlace:
    return FilePlace(path=path, line=before.count("\n") + 1, column=len(before) - before.rfind("\n"))


def _explain(error: yaml.YAMLError, path: str) -> GuildFileError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or error)
    advice = next((advice for part, advice in _ADVICE if part in problem), "see whether indentation and quotes match")
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return GuildFileError(f"this is no YAML: {problem}; {advice}", path=path, line=line, column=column)


@dataclass(kw_only=True)
class _Anchored:
    node: YamlNode
    size: int


@dataclass(kw_only=True)
class _Composer:
    """Builds nodes from the events of a YAML parser; one for each file."""

    loader: Any
    path: str
    anchors: dict[str, _Anchored | None] = field(default_factory=dict)
    """None while the value is being read."""
    size: int = 0

    def compose(self) -> YamlNode | None:
        import yaml  # start-up cost, see above

        self.loader.get_event()  # the beginning of the stream
        if self.loader.check_event(yaml.StreamEndEvent):
            return None
        self.loader.get_event()  # the beginning of the document
        node = self._read(0)
        self.loader.get_event()
        if not self.loader.check_event(yaml.StreamEndEvent):
            place = self._place(self.loader.get_event())
            raise place.error("a second document begins here; a Guild file is one: put its items into one list")
        return node

    def _read(self, depth: int) -> YamlNode:
        import yaml  # start-up cost, see above

        event = self.loader.get_event()
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            return self._resolve(str(event.anchor), place)
        self._count(1, place)
        if depth > MAX_DEPTH:
            raise place.error(f"this nests more than {MAX_DEPTH} deep; make it flatter")
        before = self.size
        if event.anchor:
            self.anchors[event.anchor] = None
        node = self._build(event, place, depth)
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(node=node, size=self.size - before + 1)
        return node

    def _build(self, event: Any, place: FilePlace, depth: int) -> YamlNode:  # noqa: ANN401 - an event of PyYAML
        import yaml  # start-up cost, see above

        if isinstance(event, yaml.ScalarEvent):
            return ScalarNode(place=place, value=self._value(event, place), text=event.value)
        self._refuse_tag(event.tag, place)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not self.loader.check_event(yaml.SequenceEndEvent):
                items.append(self._read(depth + 1))
            self.loader.get_event()
            return ListNode(place=place, items=tuple(items))
        entries: dict[tuple[type, Scalar], MapEntry] = {}
        merged: list[MapEntry] = []
        while not self.loader.check_event(yaml.MappingEndEvent):
            self._read_entry(entries, merged, depth + 1)
        self.loader.get_event()
        inherited = [entry for entry in merged if _identity(entry) not in entries]
        return MapNode(place=place, entries=(*inherited, *entries.values()))

    def _read_entry(self, entries: dict[tuple[type, Scalar], MapEntry], merged: list[MapEntry], depth: int) -> None:
        is_merge = _is_merge(self.loader.peek_event())
        key = self._read(depth)
        if not isinstance(key, ScalarNode):
            raise key.place.error(f"{key} cannot be a name; write text before the ':'")
        value = self._read(depth)
        if is_merge:
            merged += _merged(value)
            return
        entry = MapEntry(key=key, value=value)
        known = entries.setdefault(_identity(entry), entry)
        if known is not entry and not _is_same(known.value, value):
            problem = f"{key.text!r} stands here twice, first in line {known.place.line}; remove one of them"
            wrong = WrongNode(place=replace(key.place, problem=problem))
            entries[_identity(entry)] = MapEntry(key=known.key, value=wrong)

    def _value(self, event: Any, place: FilePlace) -> Scalar:  # noqa: ANN401 - an event of PyYAML
        import yaml  # start-up cost, see above

        if _is_merge(event):
            return str(event.value)
        tag = event.tag
        if tag is None or tag == "!":
            tag = self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        try:
            value = self.loader.construct_object(yaml.ScalarNode(tag, event.value), deep=True)
        except (yaml.YAMLError, ValueError, KeyError, OverflowError) as error:
            if event.tag is None:  # 2026-02-31 looks like a date and is not one
                return str(event.value)
            raise place.error(f"{event.value!r} is no value of the type {event.tag!r}; leave out the tag") from error
        if isinstance(value, date):
            return str(event.value)
        if not isinstance(value, bool | int | float | str | None):
            raise place.error(f"the tag {event.tag!r} has no meaning in a Guild file; leave it out")
        return value

    def _refuse_tag(self, tag: str | None, place: FilePlace) -> None:
        if tag not in {None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}:
            raise place.error(f"the tag {tag!r} has no meaning in a Guild file; leave it out")

    def _resolve(self, anchor: str, place: FilePlace) -> YamlNode:
        if anchor not in self.anchors:
            raise place.error(f"no anchor '&{anchor}' stands above this alias; define it first")
        anchored = self.anchors[anchor]
        if anchored is None:
            raise place.error(f"'*{anchor}' stands within what it stands for; write it out")
        self._count(anchored.size, place)
        return anchored.node

    def _count(self, size: int, place: FilePlace) -> None:
        self.size += size
        if self.size > MAX_VALUES:
            raise place.error(f"this file stands for more than {MAX_VALUES} values; use fewer aliases")

    def _place(self, event: Any) -> FilePlace:  # noqa: ANN401 - an event of PyYAML
        mark = event.start_mark
        return FilePlace(path=self.path, line=mark.line + 1, column=mark.column + 1)


def _is_merge(event: Any) -> bool:  # noqa: ANN401 - an event of PyYAML
    is_plain = getattr(event, "value", None) == "<<" and event.implicit[0]
    return is_plain or getattr(event, "tag", None) == _MERGE


def _merged(value: YamlNode) -> list[MapEntry]:
    """Return the entries that ``<<`` takes from a map, or from several, of which the first take precedence."""
    maps = value.items if isinstance(value, ListNode) else (value,)
    found: dict[tuple[type, Scalar], MapEntry] = {}
    for each in maps:
        if not isinstance(each, MapNode):
            raise each.place.error(f"'<<' takes the entries of a map, not {each}; name an anchor of a map")
        for entry in each:
            found.setdefault(_identity(entry), entry)
    return list(found.values())


def _is_same(first: YamlNode, second: YamlNode) -> bool:
    """Whether two values with the same name are equal, so that they do not conflict."""
    is_single = isinstance(first, ScalarNode) and isinstance(second, ScalarNode)
    return is_single and plain_value(first) == plain_value(second)


def _identity(entry: MapEntry) -> tuple[type, Scalar]:
    return type(entry.key.value), entry.key.value
