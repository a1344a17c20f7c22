"""The interface of a Python callable, and a call with given values: flags, and objects that are not flags."""

from __future__ import annotations

import functools
import inspect
import math
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Number
from typing import Any

from guild_ipy.domain.copies import is_dispatcher
from guild_ipy.domain.payload import FunctionCall
from guild_ipy.domain.values.flags import FlagDef, FlagType, FlagValue, is_flag_value
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.declaration import declaration_of
from guild_ipy.operations.flag_values.flag_binding import bind_flags, takes_list
from guild_ipy.operations.flag_values.recording import as_list, record
from guild_ipy.operations.flag_values.typed_text import NULL_WORDS, FlagText, parse_flag_value
from guild_ipy.operations.functions.argument_forms import Arguments, find_forms
from guild_ipy.operations.functions.function_name import function_name
from guild_ipy.operations.functions.parameters import find_hints, parameter_flag, untyped_class
from guild_ipy.operations.packing.notebook_code import BoundCode

_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY,)
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(frozen=True, kw_only=True)
class CallableInterface:
    """The parameters of a callable, as flags."""

    name: str
    parameters: tuple[inspect.Parameter, ...]
    flags: tuple[FlagDef, ...]
    takes_any_flag: bool
    """Whether it has ``**kwargs``."""
    description: str = ""
    promised: frozenset[str] = frozenset()
    """Names of the flags with a declared type; a default alone does not rule out other types."""
    classes: Mapping[str, type] = field(default_factory=dict)
    """Parameter -> the class of its annotation, for classes whose objects cannot be given as text."""

    @property
    def positional(self) -> tuple[str, ...]:
        """The parameters that can be given by position, but for ``*args``."""
        return tuple(p.name for p in self.parameters if p.kind in _BY_POSITION or _is_plain(p))


def inspect_callable(function: Callable[..., Any], name: str = "") -> CallableInterface:
    """Inspect a function, bound method, partial, class or callable object, which has this name as an operation."""
    name = name or function_name(function)
    try:
        parameters = tuple(inspect.signature(function).parameters.values())
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name!r} does not say what it takes: {error}; wrap it in a function") from error
    hints = find_hints(_innermost(function))
    declared = {flag.name: flag for flag in declaration_of(function).flags}
    flags = (parameter_flag(p, hints.get(p.name)) for p in parameters if p.kind not in _VARIADIC)
    return CallableInterface(
        name=name,
        parameters=parameters,
        flags=tuple(_with_declaration(flag, declared.get(flag.name)) for flag in flags),
        takes_any_flag=any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters),
        description=(inspect.getdoc(_innermost(function)) or "").partition("\n")[0],
        promised=frozenset(hints) | frozenset(declared),
        classes={
            name: cls
            for name, hint in hints.items()
            if name not in declared and (cls := untyped_class(hint)) is not None
        },
    )


def bind_call(
    function: Callable[..., Any], interface: CallableInterface, args: Sequence[Any], given: Mapping[str, Any]
) -> BoundCode:
    """Match positional and named values to parameters, add defaults, and separate flags from objects.

    Raises
    ------
    FlagError
        For an unknown or missing parameter, or a value of the wrong type.
    """
    named, rest = _name_positional(interface, args, given)
    definitions = {flag.name: flag for flag in interface.flags}
    _refuse_typed(interface, named)
    lists = dict(_find_lists(named, definitions))
    objects = {n: value for n, value in named.items() if n not in lists and not _is_flag(value, definitions.get(n))}
    unknown = next(iter(objects.keys() - definitions.keys()), None)
    if unknown is not None and not interface.takes_any_flag:
        raise FlagError.unknown(unknown, operation=f"{interface.name}()", known=definitions)
    given_flags = {name: value for name, value in named.items() if name not in objects}
    wanted = [_as_lenient(interface, flag, given_flags) for flag in interface.flags if flag.name not in objects]
    flags = bind_flags(
        wanted, given_flags | lists, operation=f"{interface.name}()", accepts_any=interface.takes_any_flag
    )
    _keep_other_defaults(interface, flags, named, objects)
    variadic = next((p.name for p in interface.parameters if p.kind is inspect.Parameter.VAR_POSITIONAL), None)
    values = dict(given_flags)
    if rest and variadic:
        recorded = record(rest)
        values[variadic] = rest
        (objects if recorded is None else flags)[variadic] = rest if recorded is None else recorded.value
    call = FunctionCall(
        function=function,
        objects=objects,
        positional=tuple(_by_position(function, interface, has_rest=bool(rest))),
        variadic=variadic,
        forms=tuple(find_forms(flags, Arguments(given=values, defaults=_defaults(interface)), definitions)),
    )
    return BoundCode(
        name=interface.name, code=call, flags=flags, given=frozenset(given_flags), flag_defs=interface.flags
    )


def _refuse_typed(interface: CallableInterface, named: Mapping[str, Any]) -> None:
    """Refuse text for a parameter whose class cannot be made from text."""
    for name in named.keys() & interface.classes.keys():
        value, cls = named[name], interface.classes[name]
        if isinstance(value, FlagText) and value not in NULL_WORDS and not _is_instance(parse_flag_value(value), cls):
            raise FlagError(
                f"flag {name!r} of {interface.name}() wants a {cls.__name__}, and {str(value)!r} makes none; "
                f"give one from Python, or as {{expression}}",
                flag=name,
            )


def _is_instance(value: object, cls: type) -> bool:
    try:
        return isinstance(value, cls)
    except TypeError:  # a protocol that does not support isinstance
        return True


def _by_position(function: Callable[..., Any], interface: CallableInterface, *, has_rest: bool) -> Iterator[str]:
    """Return the names of the parameters that must be passed by position."""
    leading = math.inf if has_rest else _count_leading(function)
    for number, parameter in enumerate(interface.parameters):
        is_leading = number < leading
        if parameter.kind in _BY_POSITION or (_is_plain(parameter) and is_leading):
            yield parameter.name


def _count_leading(function: Callable[..., Any]) -> float:
    """Count the parameters that a decorator takes by position only, whatever the decorated function takes."""
    if isinstance(function, types.FunctionType):
        if is_dispatcher(function):
            return 1
        if not hasattr(function, "__wrapped__"):  # its own signature is the true one
            return 0
    try:
        taken = inspect.signature(function, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError):  # a callable in C, which passes its arguments on
        return 0
    kinds = {p.kind for p in taken}
    return math.inf if kinds == {inspect.Parameter.VAR_POSITIONAL} else 0


def _as_lenient(interface: CallableInterface, flag: FlagDef, given: Mapping[str, Any]) -> FlagDef:
    """Accept any value from Python for a flag whose type comes from its default: ``kernel=3`` may be ``(3, 3)``."""
    value = given.get(flag.name)
    if flag.name in interface.promised or isinstance(value, FlagText) or is_flag_value(value):
        return flag
    return replace(flag, type=FlagType.ANY, shape=None, choices=())


def _defaults(interface: CallableInterface) -> dict[str, Any]:
    return {p.name: p.default for p in interface.parameters if p.default is not inspect.Parameter.empty}


def _name_positional(
    interface: CallableInterface, args: Sequence[Any], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Any]]:
    """Return the values by the names of their parameters, and the remaining positional ones, for ``*args``."""
    names = interface.positional
    named = dict(zip(names, args, strict=False))
    for name in named.keys() & given.keys():
        raise FlagError(f"{interface.name}() got two values for {name!r}", flag=name)
    rest = list(args[len(names) :])
    if rest and not any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in interface.parameters):
        raise UsageError(f"{interface.name}() takes {len(names)} positional values, not {len(args)}")
    return named | dict(given), rest


def _keep_other_defaults(
    interface: CallableInterface,
    flags: dict[str, FlagValue],
    named: Mapping[str, Any],
    objects: dict[str, Any],
) -> None:
    """Remove defaults that cannot be recorded (a function, an array) from the flags: the function has them itself.

    The default of a positional-only parameter is passed, so that the parameters after it keep their position.
    """
    for parameter in interface.parameters:
        name, default = parameter.name, parameter.default
        if default is inspect.Parameter.empty:  # a declaration may have given it one
            continue
        if name in flags and name not in named and name not in objects and record(default) is None:
            del flags[name]
            if parameter.kind in _BY_POSITION:
                objects[name] = default


def _with_declaration(flag: FlagDef, declared: FlagDef | None) -> FlagDef:
    """Join the declaration of a flag with its definition from the signature; the declaration takes precedence."""
    if declared is None:
        return flag
    gives_default = flag.required and declared.default is not None
    return replace(
        declared,
        type=flag.type if declared.type is FlagType.ANY else declared.type,
        shape=flag.shape if declared.type is FlagType.ANY else None,
        choices=declared.choices or (flag.choices if declared.type is FlagType.ANY else ()),
        default=declared.default if gives_default else flag.default,
        required=(flag.required and not gives_default) or declared.required,
        nullable=flag.nullable,
    )


def _innermost(function: object) -> object:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _is_plain(parameter: inspect.Parameter) -> bool:
    return parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD


def _find_lists(named: Mapping[str, Any], definitions: Mapping[str, FlagDef]) -> Iterator[tuple[str, FlagValue]]:
    """Return the lists by which arrays and the like are recorded for flags that take a list."""
    for name, value in named.items():
        found = as_list(value) if name in definitions and takes_list(definitions[name]) else None
        recorded = None if found is None else record(found)
        if recorded is not None:
            yield name, recorded.value


def _is_flag(value: Any, definition: FlagDef | None) -> bool:  # noqa: ANN401 - any argument
    """Whether an argument is recorded as a flag; a list of objects only for a flag that takes a list."""
    try:
        return _is_recorded(value, definition)
    except RecursionError:  # a list that is in itself
        return False


def _is_recorded(value: Any, definition: FlagDef | None) -> bool:  # noqa: ANN401 - as above
    if isinstance(value, FlagText) or is_flag_value(value):
        return True
    if isinstance(value, list) and not (definition is not None and takes_list(definition)):
        return False
    if isinstance(value, Number) and definition is not None and definition.type in _NUMBERS:
        return hasattr(value, "dtype") or isinstance(value, int | float)
    return record(value) is not None


_NUMBERS = {FlagType.INT, FlagType.FLOAT}
