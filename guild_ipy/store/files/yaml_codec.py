"""YAML as run attributes use it: a small exact writer, and a reader for what it and Guild AI write.

Writing does not load PyYAML: block style, strings plain only where no YAML 1.1 reader could take them for
anything else, otherwise double-quoted; floats always with a point. Reading takes scalars, and lists and maps in block
style, directly: PyYAML takes ten times as long, which a first build of an index and a lineage of 10,000 runs would
feel. All else is left to PyYAML's safe loader, with Guild AI's one addition: ``1e5`` is a float.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from guild_ipy.domain.values.flags import format_float

if TYPE_CHECKING:
    import yaml

#: libyaml takes some 3 s for each MiB; texts that are read without it may have any size.
MAX_PARSED = 2**20
MAX_PARSED_PURE = 2**16
#: An alias costs a few characters and may stand for millions of values.
MAX_VALUES = 1_000_000
MAX_DEPTH = 100
#: Blocks that are indented farther are left to PyYAML.
_MOST_INDENTED = 40

_WORD = re.compile(r"[A-Za-z_/][A-Za-z0-9_./=+-]*\Z")
_RESERVED = frozenset(
    {form for word in "yes no true false on off null y n".split() for form in (word, word.title(), word.upper())}
)
_INT = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"-?[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?\Z")
#: Words with single spaces between; a path to another run; an id, which has a letter that no number has.
_PLAIN = re.compile(
    r"[A-Za-z_/][A-Za-z0-9_./=+:-]*(?<![=:])(?: [A-Za-z0-9_./=+-]+)*\Z"
    r"|\.\./[A-Za-z0-9_./+-]+\Z"
    r"|(?=[0-9be]*[acdf])[0-9a-f]{32}\Z"
)
_QUOTED = re.compile(r'"(?:[ !#-\[\]-~]|\\["\\nt])*"\Z')
_SINGLE_QUOTED = re.compile(r"'[ !-&(-~]*'\Z")
_ENTRY = re.compile(r"""([A-Za-z_][A-Za-z0-9_./:-]*|"[ !#-\[\]-~]*"|'[ !-&(-~]*'):(?: (.+))?\Z""")
_GUILD_FLOAT = re.compile(r"[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+\Z|[-+]?[0-9][0-9_]*\.[0-9_]*[eE][0-9]+\Z")


def encode(value: object) -> str:
    """Write one YAML document, ending in a newline.

    Raises
    ------
    TypeError
        For anything but None, bool, int, float, str, and sequences and string-keyed mappings of these.

    Examples
    --------
    >>> print(encode({"lr": 1e-05, "name": "yes", "layers": [64, 32]}), end="")
    layers:
      - 64
      - 32
    lr: 1.0e-05
    name: "yes"
    """
    lines: list[str] = []
    _write(value, "", lines, "")
    return "\n".join(lines) + "\n"


def decode(text: str) -> Any:  # noqa: ANN401 - callers narrow what they read
    """Read one YAML document.

    Raises
    ------
    ValueError
        If it is not YAML, or too large: more than 1 MiB for PyYAML, a million values, 100 levels.
    """
    try:
        return _read_plain(text.rstrip("\n"))
    except _NeedsParser:
        return _decode_any(text)


def decode_words(text: str, word: Callable[[str], str]) -> Any:  # noqa: ANN401 - lists, maps and text
    """Read one YAML document whose scalars stay text: `word` of those without quotes, and plain text of the others.

    Raises
    ------
    ValueError
        If it is not YAML, too large, or has aliases.
    """
    import yaml  # start-up cost, see above

    if len(text) > MAX_PARSED_PURE:
        raise ValueError(f"{len(text)} characters of nested YAML are more than {MAX_PARSED_PURE}")
    loader = loader_class()
    try:
        _check_depth(yaml.parse(text, Loader=loader))
        if "*" in text and any(isinstance(each, yaml.AliasEvent) for each in yaml.parse(text, Loader=loader)):
            raise ValueError("an alias may stand for more than it says")
        return _words(yaml.compose(text, Loader=loader), word)
    except yaml.YAMLError as error:
        raise ValueError(_one_line(error)) from error


@cache
def loader_class(*, pure: bool = False) -> type[yaml.SafeLoader]:
    """Return the safe loader that reads floats as Guild AI does, on libyaml where there is one, unless `pure`."""
    import yaml  # start-up cost, see above

    base = yaml.SafeLoader if pure else getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class GuildLoader(base):  # type: ignore[misc, valid-type]
        """Takes ``1e5`` and ``1.5e5`` for floats."""

    GuildLoader.add_implicit_resolver("tag:yaml.org,2002:float", _GUILD_FLOAT, list("-+0123456789"))
    return GuildLoader


# -- writing


def _write(value: object, head: str, lines: list[str], indent: str) -> None:
    """Append `value` after `head` (``name:``, ``-`` or nothing)."""
    if value is None or isinstance(value, str | int | float):
        lines.append(f"{head} {_scalar(value)}" if head else _scalar(value))
    elif isinstance(value, Mapping) and value:
        _open_block(head, lines)
        for key in sorted(value):
            if not isinstance(key, str):
                raise TypeError(f"a key of a run attribute is text, not {type(key).__name__}")
            _write(value[key], f"{indent}{_string(key)}:", lines, indent + "  ")
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes) and value:
        _open_block(head, lines)
        for item in value:
            _write_item(item, lines, indent)
    else:
        lines.append(f"{head} {_scalar(value)}" if head else _scalar(value))


def _open_block(head: str, lines: list[str]) -> None:
    if head:
        lines.append(head)


def _write_item(item: object, lines: list[str], indent: str) -> None:
    """Append a list item; a nested block begins on the line of its dash."""
    start = len(lines)
    _write(item, "", lines, indent + "  ")
    lines[start] = f"{indent}- {lines[start].lstrip(' ')}"


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return _string(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return format_float(value)
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return "[]"
    raise TypeError(f"a run attribute cannot hold {type(value).__name__}")


_ESCAPED = re.compile(r"[\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def _string(text: str) -> str:
    if _WORD.match(text) and text not in _RESERVED:
        return text
    return _ESCAPED.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(text, ensure_ascii=False))


# -- reading


class _NeedsParser(Exception):
    """The text is not one of the simple forms that are read here."""


def _read_plain(text: str) -> Any:  # noqa: ANN401
    """Read scalars and blocks in the forms that we and Guild AI write; _NeedsParser for everything else."""
    if "\n" not in text and not _ENTRY.match(text) and not text.startswith("- "):
        return _read_scalar(text)
    lines = text.split("\n")
    lines.reverse()
    value = _read_block(lines, "")
    if lines:
        raise _NeedsParser
    return value


def _read_block(lines: list[str], indent: str) -> Any:  # noqa: ANN401
    """Read the list or map that begins with the last of the lines, and take its lines away."""
    if len(indent) > _MOST_INDENTED:
        raise _NeedsParser
    return _read_list(lines, indent) if lines[-1].startswith("- ", len(indent)) else _read_map(lines, indent)


def _read_list(lines: list[str], indent: str) -> list[Any]:
    values = []
    dash = indent + "- "
    while lines and lines[-1].startswith(dash):
        item = lines.pop()[len(dash) :]
        if item.startswith("- ") or _ENTRY.match(item):  # a block that begins on the line of its dash
            inner = indent + "  "
            lines.append(inner + item)
            values.append(_read_block(lines, inner))
        else:
            values.append(_read_scalar(item))
    return values


def _read_map(lines: list[str], indent: str) -> dict[str, Any]:
    values = {}
    while lines and lines[-1].startswith(indent):
        entry = _ENTRY.match(lines.pop(), len(indent))
        if entry is None or entry[1] in _RESERVED:
            raise _NeedsParser
        key = entry[1][1:-1] if entry[1][0] in "\"'" else entry[1]
        values[key] = _read_inner(lines, indent) if entry[2] is None else _read_scalar(entry[2])
    return values


def _read_inner(lines: list[str], indent: str) -> Any:  # noqa: ANN401
    """Read the block below a key; a list may be indented as little as the key."""
    following = lines[-1] if lines else ""
    inner = following[: len(following) - len(following.lstrip(" "))]
    if len(inner) > len(indent):
        return _read_block(lines, inner)
    if following.startswith(indent + "- "):
        return _read_list(lines, indent)
    raise _NeedsParser


_CONSTANTS = {"null": None, "true": True, "false": False}
_EMPTY: Mapping[str, Callable[[], Any]] = {"{}": dict, "[]": list}


def _read_scalar(text: str) -> Any:  # noqa: ANN401
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    if _PLAIN.match(text) and text not in _RESERVED:
        return text
    if _QUOTED.match(text):
        return json.loads(text) if "\\" in text else text[1:-1]
    if _SINGLE_QUOTED.match(text):
        return text[1:-1]
    if text in _EMPTY:
        return _EMPTY[text]()
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    raise _NeedsParser


def _decode_any(text: str) -> Any:  # noqa: ANN401
    if len(text) > MAX_PARSED:
        raise ValueError(f"{len(text)} characters of nested YAML are more than {MAX_PARSED}")
    value = _parse(text)
    _measure(value, 0, {})
    return value


def _parse(text: str) -> Any:  # noqa: ANN401
    import yaml  # start-up cost: 15 ms, and most attributes need no parser

    # libyaml refuses the escapes that stand for bytes of a file name that are not UTF-8
    loader = loader_class(pure="\\ud" in text and len(text) <= MAX_PARSED_PURE)
    try:
        _check_depth(yaml.parse(text, Loader=loader))
        return yaml.load(text, Loader=loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.YAMLError as error:
        raise ValueError(_one_line(error)) from error
    except RecursionError as error:
        raise ValueError("YAML nested too deeply") from error
    except (AttributeError, LookupError, TypeError) as error:
        raise ValueError(f"a YAML tag does not fit its value: {error}") from error


def _words(node: Any, word: Callable[[str], str]) -> Any:  # noqa: ANN401 - a node of PyYAML
    """Return the words of a node."""
    if node is None:
        return None
    if node.id == "sequence":
        return [_words(item, word) for item in node.value]
    if node.id == "mapping":
        return {_key(key, word): _words(item, word) for key, item in node.value}
    return node.value if node.style else word(node.value)


def _key(node: Any, word: Callable[[str], str]) -> str:  # noqa: ANN401 - as above
    if node.id != "scalar":
        raise ValueError("a key of a map is a list or a map")
    return str(node.value) if node.style else word(node.value)


def _check_depth(events: Iterable[yaml.Event]) -> None:
    """Refuse nesting so deep that libyaml's loader, which recurses in C, would crash the interpreter."""
    import yaml  # start-up cost, see above

    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise ValueError(f"YAML nested more than {MAX_DEPTH} deep")


def _measure(value: object, depth: int, known: dict[int, int]) -> int:
    """Count the values within `value`, those after an alias each time; ValueError if they are too many."""
    if not isinstance(value, dict | list | tuple | set):
        return 1
    if id(value) in known:
        return known[id(value)]
    if depth > MAX_DEPTH:
        raise ValueError(f"YAML nested more than {MAX_DEPTH} deep")
    parts = value.values() if isinstance(value, dict) else value
    size = 1 + sum(_measure(part, depth + 1, known) for part in parts)
    if size > MAX_VALUES:
        raise ValueError(f"YAML stands for more than {MAX_VALUES} values")
    known[id(value)] = size
    return size


def _one_line(error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error).split("\n")[0]
    mark = getattr(error, "problem_mark", None)
    return f"{problem} (line {mark.line + 1}, column {mark.column + 1})" if mark else str(problem)
