"""The label of a run: made of its flags, or of a template that is filled with them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from guild_ipy.domain.values.flag_text import label_text
from guild_ipy.domain.values.flags import Flags, FlagValue

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
    """Return the template that a user has asked for: a label, or tags before the default label; None for neither.

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
    there is ``#error#``.

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
        return _DECIMALS.sub(r"\1", label_text(value))
    if isinstance(value, str) and os.sep in value and len(value) > _PATH_LENGTH and os.path.exists(value):
        return label_text(_shorten_path(value))
    return label_text(value)


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
    """Cut a label that nobody could read: a megabyte in each line of a list.

    Examples
    --------
    >>> len(cut_label("x" * 1_000_000))
    4096
    """
    return label if len(label) <= _MOST_CHARACTERS else label[: _MOST_CHARACTERS - 1] + _ELLIPSIS
