"""The name of a callable as an operation, if the user has typed none."""

from __future__ import annotations

import functools
import re
import types
from collections.abc import Mapping
from typing import Any

from guild_ipy.errors import UsageError

#: Names that listings and selections can express.
_NAME = re.compile(r"[^\W\d][\w.-]*")
_NO_VARIABLES: Mapping[str, Any] = {}


def function_name(function: object, variables: Mapping[str, Any] = _NO_VARIABLES) -> str:
    """Return the name of a callable: ``train``, ``Model.fit``.

    Lambdas, functions that another function has made, partials and objects have no name of their own, or share it with
    others. They get the name of the variable of the notebook that holds them, if there is one.

    Examples
    --------
    >>> double = lambda x: 2 * x
    >>> function_name(double, {"double": double}), function_name(double), function_name(print)
    ('double', 'lambda', 'print')
    """
    own = _own_name(function, variables)
    if _says_which(function) or variables.get(own) is function:
        return own
    names = (name for name, value in list(variables.items()) if value is function and not name.startswith("_"))
    return next(names, own)


def check_given_name(name: str, kind: str) -> None:
    """Raise UsageError for a name of an operation that has its own, and for one that listings cannot express."""
    if not name:
        return
    if kind != "function":
        raise UsageError(
            f"run: the name {name!r} is for a function; a script, cell or Guild file operation has its own"
        )
    if _NAME.fullmatch(name) is None:
        raise UsageError(f"run: {name!r} is no name of an operation; use letters, digits, '.', '-' and '_'")


def _own_name(function: object, variables: Mapping[str, Any]) -> str:
    if isinstance(function, functools.partial):
        return function_name(function.func, variables)
    if isinstance(function, types.MethodType):
        owner = function.__self__ if isinstance(function.__self__, type) else type(function.__self__)
        return f"{owner.__name__}.{_plain_name(function.__func__)}"
    return _plain_name(function)


def _plain_name(function: object) -> str:
    return str(getattr(function, "__name__", type(function).__name__)).replace("<lambda>", "lambda")


def _says_which(function: object) -> bool:
    """Whether the name of a callable identifies one definition."""
    if isinstance(function, functools.partial) or not hasattr(function, "__name__"):
        return False
    return "<" not in str(getattr(function, "__qualname__", ""))
