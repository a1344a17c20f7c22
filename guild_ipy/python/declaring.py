"""``guild_ipy.operation``: say of a notebook function what a Guild file says of a script."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from guild_ipy.domain.values.resource_amounts import parse_resources
from guild_ipy.errors import FlagError, UsageError, suggest
from guild_ipy.operations.declaration import Declaration, declare
from guild_ipy.operations.functions.function_name import function_name
from guild_ipy.session.session import get_session

Function = TypeVar("Function", bound=Callable[..., Any])


def operation(  # noqa: PLR0913 - one keyword for each thing that can be declared
    *undeclared: Any,  # noqa: ANN401 - a mistake
    requires: Any = None,  # noqa: ANN401 - what a Guild file can say there
    flags: Mapping[str, Any] | None = None,
    output_scalars: str | Sequence[str] | Mapping[str, str] = (),
    label: str | None = None,
    tags: str | Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    resources: str | Mapping[str, float | str] = "",
) -> Callable[[Function], Function]:
    """Declare what a function needs and takes, as ``guild.yml`` does for a script; the function stays as it is.

    Parameters
    ----------
    requires
        What must be there before it runs: the name of an operation, ``"file:data.csv"``, a dict such as
        ``{"operation": "train", "select": "model.*"}`` with the attributes that a Guild file has there, or a list.
    flags
        By name: a dict with ``type``, ``choices``, ``min``, ``max``, ``description`` and so on, or a default for a
        parameter that has none.
    output_scalars
        Patterns in place of the default ones, as ``--output-scalar`` takes them, or a dict of a pattern for each name.
    label, env
        Text with ``${flag}`` in it: the label of runs, and variables of their environment.
    tags
        Tags of its runs.
    resources
        What a queue must have free to start a run: ``"gpus=1, memory=8G"``, or a dict.

    Raises
    ------
    UsageError
        For a decorator without parentheses, or on what is not a function.
    GuildFileError
        For what cannot be understood; it names the function.
    FlagError
        For a flag that the function does not take.

    Examples
    --------
    >>> @guild_ipy.operation(requires="train", flags={"port": {"type": "int", "min": 1}})     # doctest: +SKIP
    ... def serve(port=8080):
    ...     model = joblib.load("model.joblib")
    """
    if undeclared:
        raise UsageError("operation decorates with what it declares; write @guild_ipy.operation(requires=...)")

    def decorate(function: Function) -> Function:
        from guild_ipy.operations.guildfile.defining.python_requires import (  # start-up cost
            parse_flag_defs,
            parse_requires,
        )

        origin = f"{function_name(function)}()"
        location = get_session().notebook.project_dir
        _check_names(function, flags or {}, origin)
        declaration = Declaration(
            requires=() if requires is None else parse_requires(requires, location, origin),
            flags=parse_flag_defs(flags or {}, origin),
            output_scalars=_patterns(output_scalars),
            label=label,
            tags=(tags,) if isinstance(tags, str) else tuple(tags),
            env={name: str(value) for name, value in (env or {}).items()},
            resources=_resources(resources),
        )
        declare(function, declaration)
        return function

    return decorate


def _check_names(function: Callable[..., Any], flags: Mapping[str, Any], origin: str) -> None:
    if not callable(function):
        raise UsageError(
            f"operation decorates a function, not {type(function).__name__}; put it below other decorators"
        )
    parameters = inspect.signature(function).parameters
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values()):
        return
    for name in flags:
        if name not in parameters:
            raise FlagError(
                f"{origin} takes no {name!r}{suggest(name, parameters)}; declare flags that it has", flag=name
            )


def _resources(given: str | Mapping[str, float | str]) -> str:
    text = given if isinstance(given, str) else ", ".join(f"{name}={amount}" for name, amount in given.items())
    parse_resources(text)
    return text


def _patterns(given: str | Sequence[str] | Mapping[str, str]) -> tuple[str, ...]:
    if isinstance(given, str):
        return (given,)
    return (
        tuple(f"{name}: {pattern}" for name, pattern in given.items()) if isinstance(given, Mapping) else tuple(given)
    )
