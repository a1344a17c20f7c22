"""Calls in a source: their arguments, the binding of these to parameters, and the frames of statements."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guild_ipy.operations.scripts.source.objects import Foreign, Function, Scope


@dataclass(frozen=True, kw_only=True)
class CallArguments:
    """The arguments of a call: values, or expressions for unknown values."""

    positional: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rest(self) -> CallArguments:
        """All but the first."""
        return CallArguments(positional=self.positional[1:], named=self.named)

    def followed_by(self, other: CallArguments) -> CallArguments:
        """Return these arguments followed by those of a later call."""
        return CallArguments(positional=(*self.positional, *other.positional), named={**self.named, **other.named})


@dataclass(eq=False, kw_only=True)
class Partial:
    """The result of ``functools.partial``."""

    callee: object
    arguments: CallArguments


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The module, names and method around a statement."""

    scope: Scope
    path: str
    """The path of its file."""
    method: Function | None = None
    """The method that contains it, for ``super()``."""
    returned: list[object] = field(default_factory=list)


def bind_parameters(
    function: Function, given: CallArguments, value_of: Callable[[ast.expr], object]
) -> dict[str, object]:
    """Return the values of the parameters of a function for a call; `value_of` evaluates defaults."""
    declared = function.node.args
    names = [parameter.arg for parameter in (*declared.posonlyargs, *declared.args)]
    values = list(given.positional) if function.bound is None else [function.bound, *given.positional]
    bound: dict[str, object] = {name: Foreign(name=name) for name in names}
    for name, default in zip(reversed(names), reversed(declared.defaults), strict=False):
        bound[name] = value_of(default)
    for parameter, keyword_default in zip(declared.kwonlyargs, declared.kw_defaults, strict=True):
        bound[parameter.arg] = Foreign(name=parameter.arg) if keyword_default is None else value_of(keyword_default)
    bound.update(zip(names, values, strict=False))
    known = set(bound)
    bound.update({name: value for name, value in given.named.items() if name in known})
    if declared.vararg is not None:
        bound[declared.vararg.arg] = values[len(names) :]
    if declared.kwarg is not None:
        bound[declared.kwarg.arg] = {name: value for name, value in given.named.items() if name not in known}
    return bound
