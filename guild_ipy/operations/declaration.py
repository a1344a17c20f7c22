"""What ``guild_ipy.operation`` declares for a function: the same as a Guild file for a script.

Pickles of runs name this module and its class: a new name needs an entry in :mod:`guild_ipy.domain.payload_reader`.
"""

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
    """The declaration of a function; empty fields are derived from the function itself."""

    requires: tuple[Dependency, ...] = ()
    flags: tuple[FlagDef, ...] = ()
    """Types, choices, limits and descriptions in place of those from the signature."""
    output_scalars: tuple[str, ...] = ()
    label: str | None = None
    """Template with ``${flag}``."""
    tags: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    """May hold ``${flag}``."""
    resources: str = ""

    def __getstate__(self) -> dict[str, object]:
        """Return the state that travels with the function, without secrets, which the environment of the run has."""
        env = {name: text for name, text in self.env.items() if not is_secret_variable(name, text)}
        return {**vars(self), "env": env}


#: The declaration of a function without a decorator.
NOTHING_DECLARED = Declaration()


def declare(function: Callable[..., Any], declaration: Declaration) -> None:
    """Attach a declaration to a function, which is not changed otherwise."""
    setattr(function, _NAME, declaration)


def declaration_of(function: object) -> Declaration:
    """Return the declaration of a function, method or partial; for a class or object that of the method it calls."""
    while isinstance(function, functools.partial):
        function = function.func
    called = getattr(function, "__init__" if isinstance(function, type) else "__call__", None)
    found = (getattr(each, _NAME, None) for each in (function, called))
    return next((each for each in found if isinstance(each, Declaration)), NOTHING_DECLARED)
