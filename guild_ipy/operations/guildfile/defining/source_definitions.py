"""Reads the sources of a dependency: their kinds, and how their files come into the run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from guild_ipy.domain.declarations.dependency import FilePattern, Rename, Source, SourceKind, TargetType
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.errors import SelectError
from guild_ipy.operations.guildfile.reading.fields import (
    Parts,
    leads_out,
    read_bool,
    read_choice,
    read_inner_path,
    read_map,
    read_text,
    read_texts_and_places,
    split_words,
)
from guild_ipy.operations.guildfile.reading.known_attributes import RENAME, SOURCE, SOURCE_KINDS
from guild_ipy.operations.guildfile.reading.yaml_nodes import (
    FilePlace,
    ListNode,
    MapEntry,
    MapNode,
    ScalarNode,
    YamlNode,
    plain_value,
)

_URL = re.compile(r"(?:https?|ftp)://[^\s/]+", re.IGNORECASE)
_NAME = re.compile(r"[\w.:-]+\Z")
_REFERENCE = "${"


def read_source(node: YamlNode, *, unpacks: bool | None = None) -> Source:
    """Read a source: a map, or the path of a file.

    Parameters
    ----------
    unpacks
        ``default-unpack`` of its resource.
    """
    if not isinstance(node, MapNode):
        path = read_text(node, "a source")
        return Source(kind=SourceKind.FILE, value=_check_file(path, node.place), unpack=unpacks)
    SOURCE.check(node)
    kind, entry = _kind_of(node)
    parts = Parts(node=node, owner="a source")
    is_multi = kind is SourceKind.MULTI_RUN or (kind is SourceKind.OPERATION and _says_multi_run(node))
    value = _CHECKS[kind](read_text(entry.value, f"{kind.value} of a source"), entry.value.place)
    selects_runs = is_multi and kind is SourceKind.OPERATION
    return Source(
        kind=kind,
        value=value,
        is_multi=is_multi,
        expression=_read_expression(node) if selects_runs else None,
        name=parts.get("name", read_text),
        flag_name=parts.get("flag-name", _read_flag_name),
        target_path=read_target_path(node, "a source"),
        target_type=read_target_type(node),
        select=() if selects_runs else tuple(_read_select(node)),
        rename=tuple(_read_renames(node)),
        optional=parts.get("optional", read_bool, False),
        warn_if_empty=parts.get("warn-if-empty", read_bool, True),
        fail_if_empty=parts.get("fail-if-empty", read_bool, False),
        unpack=parts.get("unpack", read_bool, unpacks),
        sha256=parts.get("sha256", _read_digest),
        replace_existing=parts.get("replace-existing", read_bool, False),
        preserve_path=parts.get("preserve-path", read_bool, False),
        always_resolve=parts.get("always-resolve", read_bool, False),
        params=parts.get("params", _read_params, {}),
        help=parts.get("help", read_text, "").strip(),
    )


def read_target_path(node: MapNode, owner: str) -> str | None:
    """Read ``target-path``, or ``path``, which means the same."""
    for name in ("target-path", "path"):
        found = node.get(name)
        if found is not None:
            return read_inner_path(found, f"{name} of {owner}")
    return None


def read_target_type(node: MapNode) -> TargetType | None:
    """Read ``target-type``."""
    found = node.get("target-type")
    words = tuple(each.value for each in TargetType)
    return None if found is None else TargetType(read_choice(found, "target-type", words))


# -- kind and value


def _kind_of(node: MapNode) -> tuple[SourceKind, MapEntry]:
    found = [entry for entry in node if entry.key.value in SOURCE_KINDS and not _is_multi_run_word(entry)]
    if not found:
        raise node.place.error(f"a source says what it is of: one of {', '.join(SOURCE_KINDS)}")
    if len(found) > 1:
        first, second = found[0].name, found[1]
        raise second.place.error(f"a source is of one thing, not of {first} and {second.name}; make two sources of it")
    kind = SourceKind(found[0].name)
    word = node.entry("multi-run")
    if word is not None and word is not found[0] and kind is not SourceKind.OPERATION:
        raise word.place.error(f"'multi-run: yes' goes with operation, not with {kind.value}; remove it")
    return kind, found[0]


def _is_multi_run_word(entry: MapEntry) -> bool:
    """Whether an entry is ``multi-run: yes``, which says that all runs of an operation are linked."""
    return (
        entry.key.value == "multi-run" and isinstance(entry.value, ScalarNode) and isinstance(entry.value.value, bool)
    )


def _says_multi_run(node: MapNode) -> bool:
    found = node.get("multi-run")
    return found is not None and read_bool(found, "multi-run of a source")


def _check_operation(text: str, place: FilePlace) -> str:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise place.error(f"operation {text!r} has no name; write names with commas between")
    return text


def _check_expression(text: str, place: FilePlace) -> str:
    """Refuse an invalid expression of the select language; a single name is that of an operation."""
    if _NAME.match(text) or _REFERENCE in text:
        return text
    if not text.strip():
        raise place.error("an empty expression selects nothing; name an operation, or write an expression")
    from guild_ipy.query.parse import parse_select  # start-up cost: only for expressions

    try:
        parse_select(text)
    except SelectError as error:
        raise place.error(f"select expression {text!r}: {error}") from error
    return text


def _check_file(text: str, place: FilePlace) -> str:
    if not text or "\0" in text:
        raise place.error(f"file {text!r} is no path; name a file of the project")
    return text


def _check_module(text: str, place: FilePlace) -> str:
    if not all(part.isidentifier() for part in text.split(".")):
        raise place.error(f"module {text!r} is no name of a Python module; write it as after 'import'")
    return text


def _check_url(text: str, place: FilePlace) -> str:
    if not _URL.match(text) and _REFERENCE not in text:
        raise place.error(f"url {text!r} is no address; it begins with https://, http:// or ftp://")
    return text


_CHECKS: dict[SourceKind, Callable[[str, FilePlace], str]] = {
    SourceKind.OPERATION: _check_operation,
    SourceKind.RUN: _check_expression,
    SourceKind.MULTI_RUN: _check_expression,
    SourceKind.FILE: _check_file,
    SourceKind.CONFIG: _check_file,
    SourceKind.MODULE: _check_module,
    SourceKind.URL: _check_url,
}


# -- files


def _read_expression(node: MapNode) -> str | None:
    found = node.get("select")
    return None if found is None else _check_expression(read_text(found, "select of runs"), found.place)


def _read_select(node: MapNode) -> list[FilePattern]:
    patterns = []
    for name, reduce in (("select", None), ("select-min", "min"), ("select-max", "max")):
        found = node.get(name)
        if found is not None:
            for pattern, place in read_texts_and_places(found, name):
                groups = _compile(pattern, place)
                if reduce and not groups:
                    raise place.error(f"{name} {pattern!r} has no group; put the number in parentheses")
                patterns.append(FilePattern(pattern=pattern, reduce=reduce))
    return patterns


def _compile(pattern: str, place: FilePlace) -> int:
    """Return the number of groups; an error for an invalid expression. Text with ``${flag}`` cannot be checked yet."""
    if _REFERENCE in pattern:
        return 1
    try:
        return re.compile(pattern).groups
    except re.error as error:
        raise place.error(f"{pattern!r} is no regular expression: {error}; correct it") from error


def _read_renames(node: MapNode) -> list[Rename]:
    found = node.get("rename")
    if found is None:
        return []
    return [_read_rename(item) for item in (found.items if isinstance(found, ListNode) else (found,))]


def _read_rename(node: YamlNode) -> Rename:
    if isinstance(node, MapNode):
        RENAME.check(node)
        pattern, replacement = (node.get(name) for name in ("pattern", "repl"))
        words = ["" if word is None else read_text(word, "a word of rename") for word in (pattern, replacement)]
    else:
        text = read_text(node, "rename")
        words = split_words(text, "rename", node.place)
        words = [".*", *words] if len(words) == 1 else words
    if len(words) != 2:  # noqa: PLR2004 - a pattern and what takes its place
        raise node.place.error("rename is a pattern and what takes its place; write 'PATTERN REPLACEMENT'")
    _compile(words[0], node.place)
    if leads_out(words[1]):
        raise node.place.error(f"rename to {words[1]!r} leads out of the run directory; name a path below it")
    return Rename(pattern=words[0], replacement=words[1])


def _read_flag_name(node: YamlNode, what: str) -> str | None:
    """Read ``flag-name``; with ``no`` the source has no other name than its own."""
    if isinstance(node, ScalarNode) and node.value is False:
        return None
    return read_text(node, what)


def _read_digest(node: YamlNode, what: str) -> str:
    text = read_text(node, what)
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise node.place.error(f"{what} is 64 hexadecimal digits, not {text!r}; sha256sum gives them")
    return text.lower()


def _read_params(node: YamlNode, what: str) -> Mapping[str, FlagValue]:
    return {entry.name: plain_value(entry.value) for entry in read_map(node, what)}
