"""Flags as they are given: text becomes values, and values are held against what the operation takes.

Text is read as Guild AI 0.9.0 does: an int, else a float (``1e5``, ``nan`` and ``inf`` too), else YAML. What
YAML would change without the user asking for it stays text: dates, ``1_000``, ``1:30``, ``#5``, ``a #b``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from guild_ipy.domain.flags import FlagDef, FlagType, FlagValue, is_flag_value
from guild_ipy.errors import FlagError, suggest
from guild_ipy.store import yaml_codec


class FlagText(str):
    """A value as typed; the flag's type says what it means: ``001`` is text for a string flag, else 1."""

    __slots__ = ()


def parse_assignment(text: str) -> tuple[str, str | None]:
    """Split ``name=value``; the value is None where there is no ``=``.

    Raises
    ------
    FlagError
        If there is no name.

    Examples
    --------
    >>> parse_assignment("lr=0.1"), parse_assignment("a=b=c"), parse_assignment("train.py")
    (('lr', '0.1'), ('a', 'b=c'), ('train.py', None))
    """
    name, equals, value = text.partition("=")
    if not name.strip():
        raise FlagError(f"no flag name in {text!r}; write name=value", flag="")
    return name, value if equals else None


def parse_flag_value(text: str, flag_type: FlagType = FlagType.ANY) -> FlagValue:
    """Read a value as typed after ``name=``; the inverse of :func:`~guild_ipy.domain.flags.format_flag`.

    Examples
    --------
    >>> [parse_flag_value(text) for text in ("1", "1e-5", "yes", "[1, a]", "2026-01-01", "'1'")]
    [1, 1e-05, True, [1, 'a'], '2026-01-01', '1']
    >>> parse_flag_value("001", FlagType.STRING)
    '001'
    """
    text = str(text)
    if flag_type in {FlagType.STRING, FlagType.PATH, FlagType.EXISTING_PATH}:
        return _parse_yaml(text) if text[:1] in {"'", '"', "["} else text
    number = _parse_number(text)
    return _parse_yaml(text) if number is None or _is_surprising(number, text) else number


def bind_flags(
    definitions: Sequence[FlagDef],
    given: Mapping[str, FlagValue],
    *,
    operation: str,
    accepts_any: bool = False,
) -> dict[str, FlagValue]:
    """Give every flag of an operation its value: the given one, checked, or the default.

    Parameters
    ----------
    operation
        The operation's name as it is listed, for messages.
    accepts_any
        Whether flags without a definition are let through, behind the others.

    Raises
    ------
    FlagError
        For a flag that the operation does not take, a wrong value, and a missing required flag.

    Examples
    --------
    >>> lr, n = FlagDef(name="lr", type=FlagType.FLOAT), FlagDef(name="n", default=3)
    >>> bind_flags([lr, n], {"lr": 1}, operation="train()")
    {'lr': 1.0, 'n': 3}
    """
    known = {definition.name: definition for definition in definitions}
    named = _resolve_names(given, known, operation, accepts_any=accepts_any)
    checked = {
        name: check_flag(known.get(name) or FlagDef(name=name), value, operation) for name, value in named.items()
    }
    _refuse_missing([d.name for d in definitions if d.required and d.name not in checked], operation)
    return {name: definition.default for name, definition in known.items()} | _implied(known, checked) | checked


def check_flag(definition: FlagDef, value: FlagValue, operation: str) -> FlagValue:
    """Hold one value against a definition, and give it the type that the definition wants; FlagError if it has none."""
    if isinstance(value, FlagText):
        value = _read_text(definition, value)
    value = _resolve_alias(definition, value)
    if isinstance(value, list) and not _takes_list(definition):
        raise FlagError(
            f"flag {definition.name!r} of {operation} is given a list, which asks for several trials; "
            f"batches are not there yet: run once for each value",
            flag=definition.name,
        )
    if value is None and _takes_none(definition):
        return None
    if not _has_type(definition.type, value):
        raise FlagError(
            f"flag {definition.name!r} of {operation} wants {_WANTED[definition.type]}, not {_show(value)}",
            flag=definition.name,
        )
    _check_choice(definition, value, operation)
    _check_range(definition, value, operation)
    return _convert(definition, value, operation)


# -- text


def _parse_number(text: str) -> int | float | None:
    if not text.isascii() or "_" in text:
        return None
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def _parse_yaml(text: str) -> FlagValue:
    try:
        value = _write_dates(yaml_codec.decode(text))
        is_usable = is_flag_value(value)
    except (ValueError, RecursionError):
        return text
    return text if not is_usable or _is_surprising(value, text) else value


def _write_dates(value: Any) -> Any:  # noqa: ANN401 - YAML made it; is_flag_value ends it
    """Turn the dates that YAML read within lists and maps back into text."""
    if isinstance(value, list):
        return [_write_dates(item) for item in value]
    if isinstance(value, dict):
        return {key: _write_dates(item) for key, item in value.items()}
    return str(value) if isinstance(value, date) else value


def _is_surprising(value: FlagValue, text: str) -> bool:
    """Whether YAML read something out of plain words that nobody means who types them."""
    if value is None:
        return text.strip() not in {"null", "Null", "NULL", "~"}
    if isinstance(value, str):
        return not text.startswith(("'", '"', "!!"))
    if isinstance(value, float) and math.isinf(value):
        return "inf" not in text.lower()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "!!" not in text and ("_" in text or ":" in text)
    return False


# -- names


def _resolve_names(
    given: Mapping[str, FlagValue], known: Mapping[str, FlagDef], operation: str, *, accepts_any: bool
) -> dict[str, FlagValue]:
    named: dict[str, FlagValue] = {}
    for word, value in given.items():
        name = _find_name(word, known)
        if name is None and not accepts_any:
            raise FlagError.unknown(word, operation=operation, known=known)
        if (name or word) in named:
            raise FlagError(f"flag {name!r} of {operation} is given twice; give it once", flag=word)
        named[name or word] = value
    return named


def _find_name(word: str, known: Mapping[str, FlagDef]) -> str | None:
    """Find a flag by its name; ``_`` stands for ``-`` too, which no Python keyword can hold."""
    if word in known:
        return word
    aliased = next((name for name, definition in known.items() if definition.alias == word), None)
    return aliased or next((name for name in known if name.replace("-", "_") == word.replace("-", "_")), None)


def _refuse_missing(missing: Sequence[str], operation: str) -> None:
    if not missing:
        return
    names = ", ".join(map(repr, missing))
    remedy = " ".join(f"{name}=..." for name in missing)
    raise FlagError(f"{operation} needs the flag{'s' * (len(missing) > 1)} {names}; give {remedy}", flag=missing[0])


# -- values


def _implied(known: Mapping[str, FlagDef], checked: Mapping[str, FlagValue]) -> dict[str, FlagValue]:
    """Give the values of other flags that come with the choices that are made, by default too."""
    values: dict[str, FlagValue] = {}
    for name, definition in known.items():
        value = checked.get(name, definition.default)
        chosen = next((choice for choice in definition.choice_details if choice.value == value), None)
        values |= chosen.flags if chosen is not None else {}
    return {name: value for name, value in values.items() if name in known}


def _resolve_alias(definition: FlagDef, value: FlagValue) -> FlagValue:
    for choice in definition.choice_details:
        if choice.alias is not None and value == choice.alias:
            return choice.value
    return value


def _read_text(definition: FlagDef, text: FlagText) -> FlagValue:
    if text == "null" and _takes_none(definition):
        return None
    return parse_flag_value(text, definition.type)


def _takes_none(definition: FlagDef) -> bool:
    return definition.nullable or (definition.default is None and not definition.required)


def _takes_list(definition: FlagDef) -> bool:
    return definition.type is FlagType.LIST or (
        definition.type is FlagType.ANY and isinstance(definition.default, list)
    )


_WANTED = {
    FlagType.ANY: "what YAML can hold",
    FlagType.STRING: "a string",
    FlagType.INT: "an int",
    FlagType.FLOAT: "a float",
    FlagType.NUMBER: "a number",
    FlagType.BOOLEAN: "yes or no",
    FlagType.LIST: "a list",
    FlagType.PATH: "a path",
    FlagType.EXISTING_PATH: "a path",
}
_ACCEPTED: dict[FlagType, set[type]] = {
    FlagType.STRING: {str},
    FlagType.INT: {int},
    FlagType.FLOAT: {int, float},
    FlagType.NUMBER: {int, float},
    FlagType.BOOLEAN: {bool},
    FlagType.LIST: {list},
    FlagType.PATH: {str},
    FlagType.EXISTING_PATH: {str},
}


def _has_type(flag_type: FlagType, value: object) -> bool:
    return is_flag_value(value) and (flag_type is FlagType.ANY or type(value) in _ACCEPTED[flag_type])


def _check_choice(definition: FlagDef, value: FlagValue, operation: str) -> None:
    if not definition.choices or definition.allows_other:
        return
    for item in value if isinstance(value, list) else [value]:
        if not any(
            item == choice and isinstance(item, bool) is isinstance(choice, bool) for choice in definition.choices
        ):
            choices = [str(choice) for choice in definition.choices]
            raise FlagError(
                f"flag {definition.name!r} of {operation} is one of {', '.join(choices)}, "
                f"not {_show(item)}{suggest(str(item), choices)}",
                flag=definition.name,
            )


def _check_range(definition: FlagDef, value: FlagValue, operation: str) -> None:
    """Hold a number against the least and the greatest value; of a list, each."""
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, int | float) or isinstance(item, bool):
            continue
        for limit, is_beyond, word in (
            (definition.minimum, item < (definition.minimum or 0), "at least"),
            (definition.maximum, item > (definition.maximum or 0), "at most"),
        ):
            if limit is not None and (is_beyond or math.isnan(item)):
                raise FlagError(
                    f"flag {definition.name!r} of {operation} is {word} {limit}, not {_show(item)}",
                    flag=definition.name,
                )


def _convert(definition: FlagDef, value: FlagValue, operation: str) -> FlagValue:
    if definition.type is not FlagType.FLOAT or not isinstance(value, int):
        return value
    try:
        return float(value)
    except OverflowError as error:
        raise FlagError(
            f"flag {definition.name!r} of {operation} wants a float, and {_show(value)} is too large for one",
            flag=definition.name,
        ) from error


_SHOWN = 60


def _show(value: object) -> str:
    if value is None:
        return "null"
    kind = type(value).__name__
    if not is_flag_value(value):
        return f"an object of {kind}"
    text = "a huge number" if isinstance(value, int) and value.bit_length() > _SHOWN * 4 else repr(value)
    return f"{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'} ({kind})"
