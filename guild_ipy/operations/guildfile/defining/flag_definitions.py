"""Reads ``flags`` of an operation, and checks that each definition is consistent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guild_ipy.domain.values.flags import FlagChoice, FlagDef, FlagType, FlagValue
from guild_ipy.errors import FlagError
from guild_ipy.operations.flag_values.flag_binding import check_flag
from guild_ipy.operations.guildfile.reading.fields import (
    Parts,
    read_bool,
    read_choice,
    read_map,
    read_number,
    read_text,
    read_texts,
)
from guild_ipy.operations.guildfile.reading.known_attributes import CHOICE, FLAG
from guild_ipy.operations.guildfile.reading.yaml_nodes import (
    FilePlace,
    ListNode,
    MapNode,
    ScalarNode,
    YamlNode,
    is_nothing,
    plain_value,
)

_TYPES = {
    "auto": FlagType.ANY,
    "string": FlagType.STRING,
    "int": FlagType.INT,
    "float": FlagType.FLOAT,
    "number": FlagType.NUMBER,
    "boolean": FlagType.BOOLEAN,
    "path": FlagType.PATH,
    "existing-path": FlagType.EXISTING_PATH,
}


def read_flags(section: MapNode, operation: str, *, skips_arguments: bool = False) -> tuple[FlagDef, ...]:
    """Read the flags of an operation, in the order of the file.

    Parameters
    ----------
    skips_arguments
        ``default-flag-arg-skip``: the value for flags without ``arg-skip``.
    """
    parts = [
        _Parts(
            name=entry.name,
            operation=operation,
            place=entry.place,
            node=read_map(entry.value, f"flag {entry.name!r}"),
            owner=f"flag {entry.name!r}",
        )
        for entry in section
    ]
    flags = [_read_flag(each, skips=skips_arguments) for each in parts]
    _refuse_twins(section, flags)
    return tuple(flags)


def unused_in_flags(section: MapNode) -> Iterator[str]:
    """Return notes about attributes of flags that have no effect here."""
    for entry in section:
        yield from FLAG.unused(entry.value) if isinstance(entry.value, MapNode) else ()


def _refuse_twins(section: MapNode, flags: list[FlagDef]) -> None:
    """Refuse an alias that is the name or alias of another flag, and the same option for two flags."""
    names = {flag.name for flag in flags}
    options: dict[str, str] = {}
    for entry, flag in zip(section, flags, strict=True):
        if flag.alias is not None and flag.alias != flag.name and flag.alias in names:
            raise entry.place.error(f"the alias {flag.alias!r} of flag {flag.name!r} is another flag; choose another")
        names |= {flag.alias} if flag.alias else set()
        option = flag.arg_name or ""
        if options.setdefault(option, flag.name) != flag.name and option and not flag.arg_skip:
            other = options[option]
            raise entry.place.error(
                f"flags {other!r} and {flag.name!r} both have the arg-name {option[2:]!r}; choose another"
            )


@dataclass(frozen=True, kw_only=True)
class _Parts(Parts):
    """The attributes of one flag."""

    name: str
    operation: str
    place: FilePlace


def _read_flag(parts: _Parts, *, skips: bool) -> FlagDef:
    name, node = parts.name, parts.node
    FLAG.check(node)
    if not name or "=" in name or not name.isprintable():
        raise parts.place.error(f"{name!r} cannot be given as name=value; choose another name for the flag")
    word = parts.get("type", lambda n, what: read_choice(n, what, tuple(_TYPES)), "auto")
    choices = tuple(_read_choices(node, name))
    option = parts.get("arg-name", _read_option)
    flag = FlagDef(
        name=name,
        type=_TYPES[word],
        default=None if (default := node.get("default")) is None else _read_value(default, f"default of flag {name!r}"),
        nullable=True,
        choices=tuple(choice.value for choice in choices),
        choice_details=choices,
        allows_other=parts.get("allow-other", read_bool, False),
        description=parts.get("description", read_text, "").strip(),
        alias=parts.get("alias", read_text),
        minimum=parts.get("min", read_number),
        maximum=parts.get("max", read_number),
        arg_name=option,
        arg_skip=parts.get("arg-skip", read_bool, skips),
        arg_switch=_read_switch(node),
        arg_split=parts.get("arg-split", _read_split),
        arg_encoding=parts.get("arg-encoding", _read_encoding, ()),
        env_name=parts.get("env-name", _read_variable),
        env_encoding=parts.get("env-encoding", _read_encoding, ()),
        null_label=parts.get("null-label", read_text),
    )
    is_required = parts.get("required", read_bool, False)
    return _check(flag, parts, is_required=is_required)


def _check(flag: FlagDef, parts: _Parts, *, is_required: bool) -> FlagDef:
    """Check the default against the type, the choices and the range."""
    if flag.minimum is not None and flag.maximum is not None and flag.minimum > flag.maximum:
        place = parts.node.get("max").place  # type: ignore[union-attr] # it has one
        raise place.error(f"max {flag.maximum} of flag {flag.name!r} is less than its min {flag.minimum}; swap them")
    values = {**vars(flag), "required": is_required and flag.default is None}
    node = parts.node.get("default")
    if node is not None and not (isinstance(node, ListNode) or flag.arg_split is not None):
        try:
            values["default"] = check_flag(flag, _converted(flag), parts.operation)
        except FlagError as error:
            raise node.place.error(f"{error}; change the default") from error
    return FlagDef(**{**values, "nullable": not values["required"]})


def _converted(flag: FlagDef) -> FlagValue:
    """Return the default as the type of its flag, as Guild AI 0.9.0 does: the number 1 is text for ``type: string``."""
    if flag.type is FlagType.STRING and isinstance(flag.default, bool | int | float):
        return str(flag.default)
    return flag.default


def _read_value(node: YamlNode, what: str) -> FlagValue:
    if isinstance(node, MapNode):
        raise node.place.error(f"{what} is one value or a list, not {node}; name entries by dots: 'a.b'")
    return plain_value(node)


def _read_switch(node: MapNode) -> FlagValue:
    switch = node.get("arg-switch")
    return None if switch is None else _read_value(switch, "arg-switch")


def _read_option(node: YamlNode, what: str) -> str:
    name = read_text(node, what)
    if name.startswith("-") or not name or any(char.isspace() for char in name):
        raise node.place.error(f"{what} is a word without dashes in front, not {name!r}; '--' is put before it")
    return f"--{name}"


def _read_split(node: YamlNode, what: str) -> bool | str | None:
    if isinstance(node, ScalarNode) and isinstance(node.value, bool):
        return node.value or None
    text = read_text(node, what)
    return True if text == "shlex" else text


def _read_variable(node: YamlNode, what: str) -> str:
    name = read_text(node, what)
    if not name.replace("_", "a").isalnum() or not name.isascii() or name[0].isdigit():
        raise node.place.error(f"{what} is a name of letters, digits and '_', not {name!r}")
    return name


def _read_encoding(node: YamlNode, what: str) -> tuple[tuple[FlagValue, str], ...]:
    entries = read_map(node, what).entries
    return tuple((entry.key.value, _encoded(entry.value, what)) for entry in entries)


def _encoded(node: YamlNode, what: str) -> str:
    if is_nothing(node):
        return ""
    return read_text(node, f"a value of {what}")


def _read_choices(node: MapNode, name: str) -> Iterator[FlagChoice]:
    choices = node.get("choices")
    if choices is None:
        return
    if not isinstance(choices, ListNode) or not choices.items:
        raise choices.place.error(f"choices of flag {name!r} are a list, not {choices}; write '- value' lines")
    for item in choices.items:
        yield _read_choice(item, name)


def _read_choice(node: YamlNode, name: str) -> FlagChoice:
    if not isinstance(node, MapNode):
        return FlagChoice(value=_read_value(node, f"a choice of flag {name!r}"))
    CHOICE.check(node)
    value = node.get("value")
    if value is None:
        raise node.place.error(f"a choice of flag {name!r} has no value; add 'value: ...'")
    description, alias, flags = node.get("description"), node.get("alias"), node.get("flags")
    others = {} if flags is None else {e.name: plain_value(e.value) for e in read_map(flags, "flags of a choice")}
    return FlagChoice(
        value=_read_value(value, f"a choice of flag {name!r}"),
        description="" if description is None else read_text(description, "description of a choice").strip(),
        alias=None if alias is None else read_text(alias, "alias of a choice"),
        flags=others,
    )


def read_names(node: YamlNode, what: str) -> tuple[str, ...]:
    """Read names of flags: a list, or text with commas."""
    names = read_texts(node, what)
    return tuple(part.strip() for name in names for part in name.split(",") if part.strip())
