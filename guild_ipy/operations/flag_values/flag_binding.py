"""Binds flags: converts given values, and checks them against the flags that the operation takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from guild_ipy.domain.values.flags import FlagDef, FlagType, FlagValue, is_flag_value, plain_text
from guild_ipy.domain.values.list_text import parse_list
from guild_ipy.domain.values.shape_words import describe_shape
from guild_ipy.errors import FlagError, suggest
from guild_ipy.operations.flag_values.recording import record
from guild_ipy.operations.flag_values.shape_conversion import NoConversion, convert
from guild_ipy.operations.flag_values.typed_text import NULL_WORDS, FlagText, parse_flag_value


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


def bind_flags(
    definitions: Sequence[FlagDef],
    given: Mapping[str, Any],
    *,
    operation: str,
    accepts_any: bool = False,
) -> dict[str, FlagValue]:
    """Return a value for every flag of an operation: the given one, checked, or the default.

    Parameters
    ----------
    operation
        The operation's name as it is listed, for messages.
    accepts_any
        Whether flags without a definition are accepted; they come after the others.

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


def check_flag(definition: FlagDef, given: Any, operation: str) -> FlagValue:  # noqa: ANN401 - a value, or text as typed
    """Check a value against a definition, and return the value to record; FlagError if it does not fit."""
    if _means_none(definition, given):
        return None
    value = _read(definition, given)
    if isinstance(given, FlagText) and definition.type is FlagType.LIST and definition.shape is None:
        value = _read_items(value)
    if isinstance(value, list) and not isinstance(given, tuple | set | frozenset) and not takes_list(definition):
        raise FlagError(
            f"flag {definition.name!r} of {operation} is given a list, which asks for several trials, where one "
            f"value is wanted; give one",
            flag=definition.name,
        )
    if definition.shape is not None:
        value = _convert_to_shape(definition, given, operation)
    elif not _has_type(definition.type, value):
        raise _refuse(definition, given if value is given or isinstance(given, tuple) else value, operation)
    if value is None and _takes_none(definition):
        return None
    _check_choice(definition, value, operation)
    _check_range(definition, value, operation)
    return _convert(definition, value, operation)


def takes_list(definition: FlagDef) -> bool:
    """Whether a list is one value of a flag, and not a request for several trials."""
    if definition.shape is not None:
        return definition.shape.takes_list
    return definition.type is FlagType.LIST or (
        definition.type is FlagType.ANY and isinstance(definition.default, list)
    )


# -- names


def _resolve_names(
    given: Mapping[str, Any], known: Mapping[str, FlagDef], operation: str, *, accepts_any: bool
) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for word, value in given.items():
        name = find_flag_name(word, known)
        if name is None and not accepts_any:
            raise FlagError.unknown(word, operation=operation, known=known)
        if (name or word) in named:
            raise FlagError(f"flag {name!r} of {operation} is given twice; give it once", flag=word)
        named[name or word] = value
    return named


def find_flag_name(word: str, known: Mapping[str, FlagDef]) -> str | None:
    """Find a flag by its name; ``_`` may stand for ``-``, which a Python keyword cannot contain."""
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
    """Return the values of other flags that the chosen values imply, also those chosen by default."""
    values: dict[str, FlagValue] = {}
    for name, definition in known.items():
        value = checked.get(name, definition.default)
        chosen = next((choice for choice in definition.choice_details if choice.value == value), None)
        values |= chosen.flags if chosen is not None else {}
    return {name: value for name, value in values.items() if name in known}


def _means_none(definition: FlagDef, given: object) -> bool:
    """Whether None is given, or typed for a flag that can be None and has no choice of that name."""
    if given is None or (isinstance(given, FlagText) and given in NULL_WORDS and given not in definition.choices):
        return _takes_none(definition)
    return False


def _read(definition: FlagDef, given: Any) -> Any:  # noqa: ANN401 - as given, where nothing is recorded of it
    """Convert typed text, or return the value by which a Python value is recorded."""
    if isinstance(given, FlagText):
        return _resolve_alias(definition, parse_flag_value(given, definition.type))
    found = None if is_flag_value(given) else record(given)
    return _resolve_alias(definition, given if found is None else found.value)


def _read_items(value: Any) -> Any:  # noqa: ANN401 - as above
    """Return the items of a list that is written as words, as Guild AI writes it: ``8 9``; a number is one item."""
    if isinstance(value, str):
        return parse_list(value)
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else value


def _resolve_alias(definition: FlagDef, value: FlagValue) -> FlagValue:
    for choice in definition.choice_details:
        if choice.alias is not None and value == choice.alias:
            return choice.value
    return value


def _convert_to_shape(definition: FlagDef, given: Any, operation: str) -> FlagValue:  # noqa: ANN401
    assert definition.shape is not None
    try:
        return convert(definition.shape, _resolve_alias(definition, given))
    except NoConversion:
        raise _refuse(definition, given, operation) from None


def _refuse(definition: FlagDef, value: object, operation: str) -> FlagError:
    shape = definition.shape
    choices = [] if shape is None else [plain_text(choice) for choice in shape.choices]
    wanted = _WANTED[definition.type] if shape is None else describe_shape(shape)
    verb = "is" if choices else "wants"
    or_null = " or null" if shape is not None and definition.nullable and definition.default is None else ""
    return FlagError(
        f"flag {definition.name!r} of {operation} {verb} {wanted}{or_null}, not {_show(value)}"
        f"{suggest(str(value), choices) if choices else ''}",
        flag=definition.name,
    )


def _takes_none(definition: FlagDef) -> bool:
    return definition.nullable or (definition.default is None and not definition.required)


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
    if not definition.choices or definition.allows_other or value == definition.default == "":
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
    """Check a number, or each number of a list, against minimum and maximum."""
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
    if isinstance(value, FlagText):
        value = str(value)
    kind = type(value).__name__
    if not is_flag_value(value):
        return f"an object of {kind}" if record(value) is None else f"{value!r} ({kind})"
    text = "a huge number" if isinstance(value, int) and value.bit_length() > _SHOWN * 4 else repr(value)
    return f"{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'} ({kind})"
