"""The label of a run: made from its flags, or from a template that is filled with them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import Any

from guild_ipy.domain.values.flags import Flags, FlagValue, format_flag

_DECIMALS = re.compile(r"(\.\d{5})\d+")
_PATH_LENGTH = 20
_MOST_CHARACTERS = 4096
_ELLIPSIS = "…"
_LABEL_REFERENCE = re.compile(r"\$\{(.+?)\}")
_QUOTES = 2


def default_label(flags: Flags) -> str:
    """Write ``name=value`` for each flag that is not None, sorted, short enough to read in a table.

    Floats are cut to 5 decimals, booleans are ``yes`` / ``no``, text has quotes where YAML needs them, and paths of
    files that are there are shortened in the middle (the form that Guild AI 0.9.0 gives its labels).

    Examples
    --------
    >>> default_label({"lr": 0.123456789, "shuffle": True, "seed": None})
    'lr=0.12345 shuffle=yes'
    """
    return " ".join(f"{name}={_short(value)}" for name, value in sorted(flags.items()) if value is not None)


def label_template(label: str | None, tags: Sequence[str]) -> str | None:
    """Return the template for a label or tags that the user gave, None for neither; tags precede the default label.

    Examples
    --------
    >>> label_template(None, ["a", "b"])
    'a b ${default_label}'
    """
    if label is not None or not tags:
        return label
    return f"{' '.join(tags)} ${{default_label}}"


def fill_label(template: str, flags: Flags) -> str:
    """Fill a template: ``${flag}``, ``${default_label}``, and ``${flag|filter}`` as Guild AI 0.9.0 does.

    Filters are ``default:TEXT`` for None, ``basename``, ``unquote``, and a format such as ``%.3f``; for any other
    the result is ``#error#``.

    Examples
    --------
    >>> fill_label("${model}: ${lr|%.2f} ${note|default:plain}", {"model": "cnn", "lr": 0.126})
    'cnn: 0.13 plain'
    """

    def fill(match: re.Match[str]) -> str:
        name, *filters = match[1].split("|")
        is_label = name == "default_label" and name not in flags
        value: Any = default_label(flags) if is_label else flags.get(name)
        for each in filters:
            value = _filter(value, each)
        if value is None:
            return ""
        return str(value) if filters or is_label else _short(value)

    return _LABEL_REFERENCE.sub(fill, template)


def _filter(value: Any, text: str) -> Any:  # noqa: ANN401 - a filter can be given what another has made
    name, _, argument = text.partition(":")
    if name.startswith("%"):
        try:
            return name % value
        except (TypeError, ValueError, OverflowError):  # a format of numbers, and text
            return value
    if name == "default":
        return argument if value is None else value
    if name == "basename":
        return os.path.basename(str(value).rstrip("/")) if value else ""
    if name == "unquote":
        is_quoted = isinstance(value, str) and len(value) >= _QUOTES and value[0] == value[-1] == "'"
        return value[1:-1] if is_quoted else value
    return "#error#"


def _short(value: FlagValue) -> str:
    if isinstance(value, float):
        return _DECIMALS.sub(r"\1", _label_text(value))
    if isinstance(value, str) and os.sep in value and len(value) > _PATH_LENGTH and os.path.exists(value):
        return _label_text(_shorten_path(value))
    return _label_text(value)


def _shorten_path(path: str) -> str:
    """Keep the last name of a path, and of the others as many as there is room for.

    Examples
    --------
    >>> _shorten_path("/data/sets/of/the/year/digits.csv")
    '/data/…/digits.csv'
    """
    names = [each.group() for each in re.finditer(r"/*[^/]+", path)]
    last = names.pop().removeprefix(os.sep)
    head, tail = ([names.pop(0)], [last]) if names and not names[0].startswith(os.sep) else ([], [last])
    takes_tail = bool(head)
    while names:
        name = names.pop() if takes_tail else names.pop(0)
        name = name.removeprefix(os.sep) if head else name
        used = sum(len(each) + 1 for each in (*head, *tail))
        if used + len(name) + len(_ELLIPSIS) >= _PATH_LENGTH:
            break
        (tail if takes_tail else head).append(name)
        takes_tail = not takes_tail
    shortened = os.sep.join([os.sep.join(head), _ELLIPSIS, os.sep.join(reversed(tail))])
    return shortened if len(shortened) < len(path) else path


def cut_label(label: str) -> str:
    """Shorten a label that is too long to be shown in a list.

    Examples
    --------
    >>> len(cut_label("x" * 1_000_000))
    4096
    """
    return label if len(label) <= _MOST_CHARACTERS else label[: _MOST_CHARACTERS - 1] + _ELLIPSIS


# -- values

#: Text that YAML 1.1 reads as something else where it has no quotes.
_OTHER_TYPES = re.compile(
    r"""(?x)
    yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF
    | ~|null|Null|NULL|<<|=|
    | [-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)
    | [-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)
    | \.[0-9][0-9_]*(?:[eE][-+][0-9]+)?
    | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
    | [-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)
    | [0-9]{4}-[0-9]{2}-[0-9]{2}
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ ]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?
      (?:[ ]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?
    """
)
#: Text that begins or goes on in a way that has a meaning in YAML.
_SYNTAX = re.compile(r"""[#,\[\]{}&*!|>'"%@`]|[-?:](?:[ ]|\Z)|---|\.\.\.|[ ]|.*(?:[ ]\Z|:[ ]|:\Z|[ ]\#)""")


def _label_text(value: FlagValue) -> str:
    """Write a value as it stands after ``name=`` in a label: YAML 1.1, with quotes only where YAML needs them.

    Unlike the labels of Guild AI 0.9.0, letters of all alphabets stay as they are, and text is always on one line.

    Examples
    --------
    >>> [_label_text(value) for value in ("it's", "a,b", "a b", "1", "", [1, "x"], True)]
    ["it's", 'a,b', "'a b'", "'1'", "''", '[1, x]', 'yes']
    """
    text = _encode(value)
    is_open = isinstance(value, str) and " " in text and text[0] not in "'\""
    return repr(text) if is_open else text


def _encode(value: FlagValue) -> str:
    if isinstance(value, str):
        return _encode_text(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_encode_item, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_encode_text(key)}: {_encode(item)}' for key, item in sorted(value.items()))}}}"
    return format_flag(value)


def _encode_item(value: FlagValue) -> str:
    text = _encode(value)
    return repr(text) if isinstance(value, str) and "," in text else text


def _encode_text(text: str) -> str:
    if not text.isprintable():
        quoted = json.dumps(text, ensure_ascii=False)
        return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in quoted)
    if _OTHER_TYPES.fullmatch(text) or _SYNTAX.match(text):
        return "'" + text.replace("'", "''") + "'"
    return text
