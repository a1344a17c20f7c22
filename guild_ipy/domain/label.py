"""The label that a run gets when the user names none."""

from __future__ import annotations

import os
import re

from guild_ipy.domain.flags import Flags, FlagValue, format_flag

_DECIMALS = re.compile(r"(\.\d{5})\d+")
_PATH_LENGTH = 20
_MOST_CHARACTERS = 4096
_LABEL_REFERENCE = re.compile(r"\$\{(.+?)\}")


def default_label(flags: Flags) -> str:
    """Write ``name=value`` for each flag that is not None, sorted, short enough to read in a table.

    Floats are cut to 5 decimals, booleans are ``yes`` / ``no``, long paths are shortened in the middle (the
    form that Guild AI 0.9.0 gives its labels).

    Examples
    --------
    >>> default_label({"lr": 0.123456789, "shuffle": True, "seed": None})
    'lr=0.12345 shuffle=yes'
    """
    return " ".join(f"{name}={_short(value)}" for name, value in sorted(flags.items()) if value is not None)


def fill_label(template: str, flags: Flags) -> str:
    """Fill a template: ``${flag}``, ``${default_label}``, and ``${flag|filter}`` as Guild AI 0.9.0 does.

    Filters are ``default:TEXT`` for None, ``basename``, ``unquote``, and a format such as ``%.3f``.

    Examples
    --------
    >>> fill_label("${model}: ${lr|%.2f} ${note|default:plain}", {"model": "cnn", "lr": 0.126})
    'cnn: 0.13 plain'
    """

    def fill(match: re.Match[str]) -> str:
        name, *filters = match[1].split("|")
        if name == "default_label":
            return default_label(flags)
        value: object = flags.get(name)
        for each in filters:
            value = _filter(value, each)
        if isinstance(value, str) and filters:
            return value
        return "" if value is None else _short(value)  # type: ignore[arg-type] # filters make flag values

    return _LABEL_REFERENCE.sub(fill, template)


def _filter(value: object, text: str) -> object:
    name, _, argument = text.partition(":")
    if name.startswith("%"):
        try:
            return text % value
        except (TypeError, ValueError):  # a format of numbers, and text
            return value
    if name == "default":
        return argument if value is None else value
    if name == "basename":
        return os.path.basename(value.rstrip("/")) if isinstance(value, str) else value
    return value.strip("'") if name == "unquote" and isinstance(value, str) else value


def _short(value: FlagValue) -> str:
    if isinstance(value, float):
        return _DECIMALS.sub(r"\1", format_flag(value))
    if isinstance(value, str) and os.sep in value and len(value) > _PATH_LENGTH:
        return format_flag(_shorten_path(value))
    return format_flag(value)


def _shorten_path(path: str) -> str:
    head, _, name = path.rpartition(os.sep)
    kept = head[: max(1, _PATH_LENGTH - len(name) - 2)]
    return f"{kept}…{os.sep}{name}"


def cut_label(label: str) -> str:
    """Cut a label that nobody could read: a megabyte in each line of a list.

    Examples
    --------
    >>> len(cut_label("x" * 1_000_000))
    4096
    """
    return label if len(label) <= _MOST_CHARACTERS else label[: _MOST_CHARACTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"
