"""Reads values from configuration files in YAML, JSON and INI by dotted names, and writes files with other values."""

from __future__ import annotations

import configparser
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from guild_ipy.domain.values.flags import FlagValue, is_flag_value
from guild_ipy.errors import UsageError
from guild_ipy.store.files import yaml_codec
from guild_ipy.store.files.regular_file import MAX_PROJECT_BYTES, read_regular


def read_config(path: str) -> dict[str, FlagValue]:
    """Read the values of a file, nested ones by dotted names.

    Raises
    ------
    UsageError
        If it cannot be read, or does not hold a map.
    """
    is_text = config_kind(path) == ".cfg"
    values = _flatten(_load(path), "")
    return {name: _typed(value) if is_text else value for name, value in values if is_flag_value(value)}


def change_config(path: str, values: Mapping[str, FlagValue]) -> bytes:
    """Return the content of a file with these values in it; those that are None are left as they are.

    Raises
    ------
    UsageError
        As above, and if it cannot be written with these values.
    """
    content = _load(path)
    put_in(content, {name: value for name, value in values.items() if value is not None})
    try:
        return WRITERS[config_kind(path)](content).encode()
    except (TypeError, ValueError, configparser.Error) as error:
        raise UsageError(f"cannot write the configuration {path!r} with these flags: {error}") from error


def put_in(config: dict[str, Any], values: Mapping[str, FlagValue]) -> None:
    """Put values into a nested map by dotted names: ``optimizer.lr`` is ``lr`` of the map ``optimizer``."""
    for name, value in values.items():
        *above, last = name.split(".")
        part = config
        for word in above:
            inner = part.get(word)
            if not isinstance(inner, dict):
                inner = part[word] = {}
            part = inner
        part[last] = value


def config_kind(path: str) -> str:
    """Return the extension by which a file is read: ``.yml``, ``.json`` or ``.cfg``."""
    extension = os.path.splitext(path.lower().removesuffix(".in"))[1]
    return {".yaml": ".yml", ".ini": ".cfg"}.get(extension, extension)


def _load(path: str) -> dict[str, Any]:
    try:
        content = READERS[config_kind(path)](read_regular(path, MAX_PROJECT_BYTES).decode())
    except KeyError as error:
        raise UsageError(
            f"the configuration {path!r} is no .yml, .yaml, .json, .cfg or .ini file; rename it"
        ) from error
    except OSError as error:
        raise UsageError(f"cannot read the configuration {path!r}: {(error.strerror or str(error)).lower()}") from error
    except (ValueError, RecursionError, configparser.Error) as error:
        why = str(error).partition("\n")[0]
        raise UsageError(f"cannot read the configuration {path!r}: {why}; correct it") from error
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise UsageError(f"the configuration {path!r} holds no map of names to values; flags have no place in it")
    return content


def _flatten(content: Mapping[Any, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


_WORDS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


def _typed(text: FlagValue) -> FlagValue:
    """Convert a value of an INI file, which has only text."""
    for read in (int, float):
        try:
            return read(str(text))
        except ValueError:
            continue
    return _WORDS.get(str(text).lower(), text)


# -- kinds of files


def _cfg_parser() -> configparser.ConfigParser:
    """Return a parser for which DEFAULT is a section like all others, so that the others do not repeat its values."""
    return configparser.ConfigParser(default_section="", interpolation=None)


def _read_cfg(text: str) -> dict[str, Any]:
    parser = _cfg_parser()
    parser.read_string(text)
    sections: dict[str, Any] = {section: dict(parser.items(section)) for section in parser.sections()}
    top: dict[str, Any] = sections.pop(_CFG_DEFAULT, {})
    return top | sections


def _format_cfg(config: Mapping[str, Any]) -> str:
    """Write names in lower case, as they were read: for readers of such files both are the same."""
    parser = _cfg_parser()
    top = {name.lower(): str(value) for name, value in config.items() if not isinstance(value, dict)}
    if top:
        parser[_CFG_DEFAULT] = top
    for name, value in config.items():
        if isinstance(value, dict):
            parser[name] = {key.lower(): str(each) for key, each in value.items()}
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()


def _format_yaml(config: Mapping[str, Any]) -> str:
    import yaml  # start-up cost

    text: str = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    return text


_CFG_DEFAULT = "DEFAULT"
READERS: Mapping[str, Callable[[str], Any]] = {".yml": yaml_codec.decode, ".json": json.loads, ".cfg": _read_cfg}
WRITERS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    ".yml": _format_yaml,
    ".json": lambda config: json.dumps(config, indent=2, sort_keys=True) + "\n",
    ".cfg": _format_cfg,
}
