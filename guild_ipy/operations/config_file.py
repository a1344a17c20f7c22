"""Configuration files of YAML, JSON and INI: their values by dotted names, and the file with other values in it."""

from __future__ import annotations

import configparser
import io
import json
import os
from collections.abc import Mapping
from typing import Any

from guild_ipy.domain.flags import FlagValue, is_flag_value
from guild_ipy.errors import UsageError
from guild_ipy.store import yaml_codec


def read_config(path: str) -> dict[str, FlagValue]:
    """Read the values of a file, nested ones by dotted names.

    Raises
    ------
    UsageError
        If it cannot be read, or holds no map.
    """
    return {name: value for name, value in _flatten(_load(path, _read(path)), "") if is_flag_value(value)}


def change_config(path: str, values: Mapping[str, FlagValue]) -> bytes:
    """Give the content of a file with these values in it; those that are None are left as they are.

    Raises
    ------
    UsageError
        As above, and where a value would have to stand within one that is no map.
    """
    content = _load(path, _read(path))
    for name, value in values.items():
        if value is not None:
            _set(content, name, value, path)
    return _write(content, path)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"cannot read the configuration {path!r}: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the configuration {path!r} is no UTF-8; save it with that encoding") from error


def _kind(path: str) -> str:
    return os.path.splitext(path.removesuffix(".in"))[1].lower()


def _load(path: str, text: str) -> dict[str, Any]:
    try:
        if _kind(path) in {".cfg", ".ini"}:
            return _load_ini(text)
        content = json.loads(text) if _kind(path) == ".json" else yaml_codec.decode(text)
    except (ValueError, RecursionError, configparser.Error) as error:
        raise UsageError(f"cannot read the configuration {path!r}: {str(error).splitlines()[0]}") from error
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise UsageError(f"the configuration {path!r} holds no map of names to values; flags have no place in it")
    return content


def _flatten(content: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    found = []
    for name, value in content.items():
        if isinstance(value, dict) and value:
            found += _flatten({str(key): item for key, item in value.items()}, f"{prefix}{name}.")
        elif not isinstance(value, dict):
            found.append((prefix + name, value))
    return found


def _set(content: dict[str, Any], name: str, value: FlagValue, path: str) -> None:
    *parts, last = name.split(".")
    for part in parts:
        content = content.setdefault(part, {})
        if not isinstance(content, dict):
            raise UsageError(f"flag {name!r} has no place in {path!r}: {part!r} is a value there; rename the flag")
    content[last] = value


def _write(content: dict[str, Any], path: str) -> bytes:
    kind = _kind(path)
    if kind == ".json":
        return (json.dumps(content, indent=2) + "\n").encode()
    if kind in {".cfg", ".ini"}:
        return _write_ini(content).encode()
    try:
        return yaml_codec.encode(content).encode()
    except TypeError as error:
        raise UsageError(f"cannot write the configuration {path!r}: {error}") from error


# -- INI: values without a section are those of DEFAULT


def _load_ini(text: str) -> dict[str, Any]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    content: dict[str, Any] = {name: _value(text) for name, text in parser.defaults().items()}
    for section in parser.sections():
        own = {name: _value(parser.get(section, name)) for name in parser.options(section)}
        content[section] = {name: value for name, value in own.items() if name not in parser.defaults()}
    return content


_WORDS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


def _value(text: str) -> FlagValue:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return _WORDS.get(text.lower(), text)


def _write_ini(content: Mapping[str, Any]) -> str:
    parser = configparser.ConfigParser(interpolation=None)
    for name, value in content.items():
        if isinstance(value, dict):
            parser[name] = {key: _text(item) for key, item in value.items()}
        else:
            parser["DEFAULT"][name] = _text(value)
    file = io.StringIO()
    parser.write(file)
    return file.getvalue()


def _text(value: FlagValue) -> str:
    return "" if value is None else str(value)
