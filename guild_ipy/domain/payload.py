"""What a packed notebook function is made of, and the few names that its pickle refers to.

The packer (:mod:`guild_ipy.operations.pack`) and the run (:mod:`guild_ipy.engine.unpack`) share this module; a
payload is two pickles written by one pickler, so that they share their memo:

1. a :class:`FunctionCall` or a :class:`CellCode`;
2. the definitions of the notebook that came along (classes and functions by name), which the run puts into its
   ``__main__`` so that pickling by reference finds them.

References to the notebook's namespace become :func:`main_namespace`, so functions in the run have the run's real
``__main__`` as their globals. The shell becomes :class:`LazyShell`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guild_ipy.domain.forms import Form


@dataclass(frozen=True, kw_only=True)
class FunctionCall:
    """A call of `function` whose flag values are filled in by the run."""

    function: Callable[..., Any]
    objects: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that are no flags: data frames, models, ..."""
    positional: tuple[str, ...] = ()
    """Names of the parameters that must be passed by position, in order."""
    variadic: str | None = None
    """Name of ``*args``, whose value is a list."""
    forms: tuple[tuple[str, Form], ...] = ()
    """What makes arguments of flags whose recorded values are not what the function takes."""

    def arguments(self, flags: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Give the positional and the keyword arguments for these flag values."""
        values = {**self.objects, **flags}
        for name, form in self.forms:
            if name in flags:
                values[name] = form.give(flags[name])
        rest = list(values.pop(self.variadic, None) or ()) if self.variadic else []
        positional = [values.pop(name) for name in self.positional if name in values]
        return positional + rest, values


@dataclass(frozen=True, kw_only=True)
class CellCode:
    """The text of a cell, as Python, and the notebook variables that it reads."""

    source: str
    filename: str
    variables: Mapping[str, Any] = field(default_factory=dict)


def main_namespace() -> dict[str, Any]:
    """Give the namespace that stands for the notebook's; the run's reader puts its own in place of this."""
    return vars(sys.modules["__main__"])


def get_ipython() -> Any:  # noqa: ANN401 - a shell, of a package that is loaded here only on demand
    """Give the shell of this process, made on first use: a function that says ``!ls`` works in a run."""
    shells = importlib.import_module("IPython.core.interactiveshell")
    if shells.InteractiveShell.initialized():
        return shells.InteractiveShell.instance()
    main = sys.modules["__main__"]
    shell = shells.InteractiveShell.instance(user_module=main, user_ns=vars(main))
    shell.history_manager.enabled = False
    return shell


def shell_getter() -> Callable[[], Any]:
    """Give :func:`get_ipython`; what the notebook's own one becomes."""
    return get_ipython


class LazyShell:
    """Stands for the notebook's shell until something is asked of it."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(get_ipython(), name)
