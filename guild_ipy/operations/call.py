"""A Python callable as an operation: its name, its flags, and the call that the run makes."""

from __future__ import annotations

import functools
import inspect
import math
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_type_hints

from guild_ipy.domain.copies import is_dispatcher
from guild_ipy.domain.flags import FlagDef, Flags, FlagType, FlagValue, is_flag_value
from guild_ipy.domain.payload import FunctionCall
from guild_ipy.errors import FlagError, UsageError
from guild_ipy.operations.declared import declaration_of
from guild_ipy.operations.flags import FlagText, bind_flags
from guild_ipy.operations.function_name import function_name

_TYPES: Mapping[object, FlagType] = {
    int: FlagType.INT,
    float: FlagType.FLOAT,
    bool: FlagType.BOOLEAN,
    str: FlagType.STRING,
    list: FlagType.LIST,
}
_TYPES_OF_DEFAULTS: Mapping[type, FlagType] = {
    int: FlagType.NUMBER,
    float: FlagType.NUMBER,
    bool: FlagType.BOOLEAN,
    list: FlagType.LIST,
}
_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY,)
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(frozen=True, kw_only=True)
class CallableInterface:
    """What a callable takes."""

    name: str
    parameters: tuple[inspect.Parameter, ...]
    flags: tuple[FlagDef, ...]
    takes_any_flag: bool
    """Whether it has ``**kwargs``."""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class BoundCall:
    """A call with all its values: what is a flag, and what travels as an object."""

    call: FunctionCall
    flags: Flags
    user_flags: Flags = field(default_factory=dict)


def inspect_callable(function: Callable[..., Any], name: str = "") -> CallableInterface:
    """Look at a function, bound method, partial, class or callable object, which has this name as an operation."""
    name = name or function_name(function)
    try:
        parameters = tuple(inspect.signature(function).parameters.values())
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name!r} does not say what it takes: {error}; wrap it in a function") from error
    hints = _hints(function)
    declared = {flag.name: flag for flag in declaration_of(function).flags}
    flags = (_flag_def(p, hints.get(p.name)) for p in parameters if p.kind not in _VARIADIC)
    return CallableInterface(
        name=name,
        parameters=parameters,
        flags=tuple(_with_declaration(flag, declared.get(flag.name)) for flag in flags),
        takes_any_flag=any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters),
        description=(inspect.getdoc(_innermost(function)) or "").partition("\n")[0],
    )


def bind_call(
    function: Callable[..., Any], interface: CallableInterface, args: Sequence[Any], given: Mapping[str, Any]
) -> BoundCall:
    """Match positional and named values to parameters, fill in defaults, and tell flags from objects.

    Raises
    ------
    FlagError
        For an unknown or missing parameter, or a value of the wrong type.
    """
    named, rest = _name_positional(interface, args, given)
    objects = {name: value for name, value in named.items() if not _is_flag(value)}
    user_flags = {name: _native(value) for name, value in named.items() if name not in objects}
    wanted = [flag for flag in interface.flags if flag.name not in objects]
    flags = bind_flags(wanted, user_flags, operation=f"{interface.name}()", accepts_any=interface.takes_any_flag)
    _keep_other_defaults(interface, flags, named, objects)
    variadic = next((p.name for p in interface.parameters if p.kind is inspect.Parameter.VAR_POSITIONAL), None)
    if rest and variadic:
        (flags if is_flag_value(rest) else objects)[variadic] = rest
    by_position = tuple(
        p.name
        for number, p in enumerate(interface.parameters)
        if p.kind in _BY_POSITION or (_is_plain(p) and (rest or number < _count_leading(function)))
    )
    call = FunctionCall(function=function, objects=objects, positional=by_position, variadic=variadic)
    return BoundCall(call=call, flags=flags, user_flags=user_flags)


def _count_leading(function: Callable[..., Any]) -> float:
    """Count the parameters that a decorator takes by position only, whatever the function below it says."""
    if isinstance(function, types.FunctionType) and is_dispatcher(function):
        return 1
    try:
        taken = inspect.signature(function, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError):  # a callable below Python, which looks at the function itself
        return 0
    kinds = {p.kind for p in taken}
    return math.inf if kinds == {inspect.Parameter.VAR_POSITIONAL} else 0


def _name_positional(
    interface: CallableInterface, args: Sequence[Any], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Any]]:
    """Give each positional value the name of its parameter; what is left belongs to ``*args``."""
    names = [p.name for p in interface.parameters if p.kind in _BY_POSITION or _is_plain(p)]
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
    """Leave a default that is no flag value (a function, a tuple) to the function itself.

    Only a positional one is passed, so that those behind it keep their place.
    """
    for parameter in interface.parameters:
        name, default = parameter.name, parameter.default
        if default is inspect.Parameter.empty:  # a declaration may have given it one
            continue
        if name in flags and name not in named and name not in objects and not is_flag_value(_native(default)):
            del flags[name]
            if parameter.kind in _BY_POSITION:
                objects[name] = default


def _flag_def(parameter: inspect.Parameter, hint: object) -> FlagDef:
    has_default = parameter.default is not inspect.Parameter.empty
    default = _native(parameter.default) if has_default else None
    return FlagDef(
        name=parameter.name,
        type=_flag_type(hint, parameter.default),
        nullable=hint is None,
        default=default if is_flag_value(default) else None,
        required=not has_default,
    )


def _with_declaration(flag: FlagDef, declared: FlagDef | None) -> FlagDef:
    """Take what is declared of a flag over what the signature tells."""
    if declared is None:
        return flag
    gives_default = flag.required and declared.default is not None
    return replace(
        declared,
        type=flag.type if declared.type is FlagType.ANY else declared.type,
        default=declared.default if gives_default else flag.default,
        required=(flag.required and not gives_default) or declared.required,
        nullable=flag.nullable,
    )


def _flag_type(hint: object, default: object) -> FlagType:
    """Take the annotation's word, unless the default is None; without one that of the default.

    A text as default promises nothing: ``max_features="sqrt"`` also takes a number.
    """
    if hint is not None:
        return _TYPES.get(getattr(hint, "__origin__", hint), FlagType.ANY) if default is not None else FlagType.ANY
    return _TYPES_OF_DEFAULTS.get(type(default), FlagType.ANY)


def _hints(function: object) -> Mapping[str, Any]:
    inner = _innermost(function)
    if isinstance(inner, types.FunctionType | types.MethodType) or hasattr(inner, "__wrapped__"):
        target: object = inner
    else:
        target = vars(inner).get("__init__") if isinstance(inner, type) else getattr(type(inner), "__call__", None)  # noqa: B004 - its annotations are wanted
    try:
        return get_type_hints(target)
    except (NameError, TypeError, AttributeError):  # annotations that name what is not there
        return {}


def _innermost(function: object) -> object:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _is_plain(parameter: inspect.Parameter) -> bool:
    return parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD


def _is_flag(value: object) -> bool:
    return isinstance(value, FlagText) or is_flag_value(_native(value))


def _native(value: Any) -> Any:  # noqa: ANN401 - any argument
    """Give the Python number that a NumPy scalar stands for."""
    if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        return value.item()
    return value
