"""What a decorator says of a notebook function beside its code: what a Guild file says of a script."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency
from guild_ipy.domain.secrets import is_secret_variable
from guild_ipy.domain.values.flags import FlagDef

_NAME = "__guild_operation__"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What is declared of a function; what is left empty comes from the function itself."""

    requires: tuple[Dependency, ...] = ()
    flags: tuple[FlagDef, ...] = ()
    """Types, choices, limits and descriptions in place of those that the signature tells."""
    output_scalars: tuple[str, ...] = ()
    label: str | None = None
    """Template with ``${flag}``."""
    tags: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    """May hold ``${flag}``."""

    def __getstate__(self) -> dict[str, object]:
        """Return what travels with the function: no secrets, which the environment of the run has."""
        env = {name: text for name, text in self.env.items() if not is_secret_variable(name, text)}
        return {**vars(self), "env": env}


#: What is declared of a function without a decorator.
NOTHING_DECLARED = Declaration()


def declare(function: Callable[..., Any], declaration: Declaration) -> None:
    """Note a declaration on a function; it stays as it is otherwise."""
    setattr(function, _NAME, declaration)


def declaration_of(function: object) -> Declaration:
    """Return what is declared of a function, a method or a partial; of what is called when a class or an object is."""
    while isinstance(function, functools.partial):
        function = function.func
    called = getattr(function, "__init__" if isinstance(function, type) else "__call__", None)
    found = (getattr(each, _NAME, None) for each in (function, called))
    return next((each for each in found if isinstance(each, Declaration)), NOTHING_DECLARED)
