"""YAML as run attributes use it: a small exact writer, and a reader with a fast path.

Writing does not load PyYAML: block style, strings plain only where no YAML 1.1 reader could take them for
anything else, otherwise double-quoted; floats always with a point. Reading takes scalars, flat lists and maps of
these directly and leaves the rest to PyYAML's safe loader, with Guild AI's one addition: ``1e5`` is a float.
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

#: Nested YAML takes libyaml some 3 s for each MiB; flat lists and maps of any size are read without it.
MAX_PARSED = 2**20
MAX_PARSED_PURE = 2**16
#: An alias costs a few characters and may stand for millions of values.
MAX_VALUES = 1_000_000
MAX_DEPTH = 100

_WORD = re.compile(r"[A-Za-z_/][A-Za-z0-9_./=+-]*\Z")
_RESERVED = frozenset(
    {form for word in "yes no true false on off null y n".split() for form in (word, word.title(), word.upper())}
)
_INT = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"-?[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?\Z")
_WORDS = re.compile(r"[A-Za-z_/][A-Za-z0-9_./=+-]*(?: [A-Za-z0-9_./=+-]+)+\Z")
_QUOTED = re.compile(r'"(?:[ !#-\[\]-~]|\\["\\nt])*"\Z')
_SINGLE_QUOTED = re.compile(r"'[ !-&(-~]*'\Z")
_ENTRY = re.compile(r"""([A-Za-z_][A-Za-z0-9_.-]*|"[ !#-\[\]-~]*"|'[ !-&(-~]*'):(?: (.+))?\Z""")
_ITEM = re.compile(r"((?:  )?- )(.+)\Z")
_INDENTATION = re.compile(r"^[ ?:-]*", re.MULTILINE)
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
        If it is not YAML, or too large: more than 1 MiB of nested YAML, a million values, 100 levels.
    """
    stripped = text.rstrip("\n")
    value = _decode_plain(stripped)
    return _decode_any(text) if value is _UNSURE else value


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
        if _may_be_deep(text):
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

_UNSURE = object()


def _decode_plain(text: str) -> Any:  # noqa: ANN401
    """Read what needs no parser: a scalar, a flat list, a flat map; `_UNSURE` for everything else."""
    if "\n" not in text and (value := _decode_scalar(text)) is not _UNSURE:
        return value
    return _decode_flat_list(text) if text.startswith("- ") else _decode_flat_map(text)


def _decode_flat_list(text: str) -> Any:  # noqa: ANN401
    lines = text.split("\n")
    values = [_decode_scalar(line[2:]) if line.startswith("- ") else _UNSURE for line in lines]
    return _UNSURE if _UNSURE in values else values


def _decode_flat_map(text: str) -> Any:  # noqa: ANN401
    values: dict[str, Any] = {}
    lines = text.split("\n")
    lines.reverse()
    while lines:
        entry = _ENTRY.match(lines.pop())
        if entry is None or entry[1] in _RESERVED:
            return _UNSURE
        value = _take_items(lines) if entry[2] is None else _decode_scalar(entry[2])
        if value is _UNSURE:
            return _UNSURE
        key = entry[1]
        values[key[1:-1] if key[0] in "\"'" else key] = value
    return values


def _take_items(lines: list[str]) -> Any:  # noqa: ANN401
    """Read the flat list of a key from its lines, last first, and take them away; all dashes are in one column."""
    values = []
    dash = ""
    while lines and (item := _ITEM.match(lines[-1])) and item[1] == (dash or item[1]):
        dash = item[1]
        values.append(_decode_scalar(item[2]))
        lines.pop()
    return values if values and _UNSURE not in values else _UNSURE


_CONSTANTS = {"null": None, "true": True, "false": False}
_EMPTY: Mapping[str, Callable[[], Any]] = {"{}": dict, "[]": list}


def _decode_scalar(text: str) -> Any:  # noqa: ANN401
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    if _WORD.match(text) and text not in _RESERVED and not text.endswith("="):
        return text
    if _WORDS.match(text):
        return text
    if _QUOTED.match(text):
        return json.loads(text) if "\\" in text else text[1:-1]
    if _SINGLE_QUOTED.match(text):
        return text[1:-1]
    return _EMPTY[text]() if text in _EMPTY else _CONSTANTS.get(text, _UNSURE)


def _decode_any(text: str) -> Any:  # noqa: ANN401
    if len(text) > MAX_PARSED:
        raise ValueError(f"{len(text)} characters of nested YAML are more than {MAX_PARSED}")
    value = _parse(text)
    _measure(value, 0, {})
    return value


def _parse(text: str) -> Any:  # noqa: ANN401
    import yaml  # start-up cost: 15 ms, and most attributes need no parser

    # libyaml refuses what stands for a byte that is no UTF-8 in the name of a file
    loader = loader_class(pure="\\ud" in text and len(text) <= MAX_PARSED_PURE)
    try:
        if _may_be_deep(text):
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


def _may_be_deep(text: str) -> bool:
    """Whether the number of brackets, or the indentation of a line, allows for a dangerous depth."""
    indentation = max(map(len, _INDENTATION.findall(text)))
    return text.count("[") + text.count("{") + indentation > MAX_DEPTH


def _check_depth(events: Iterable[yaml.Event]) -> None:
    """Refuse what nests so deeply that libyaml's loader, which recurses in C, would crash the interpreter."""
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
