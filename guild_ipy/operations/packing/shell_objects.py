"""Finds the stand-ins, in a run, for objects that IPython puts into a notebook."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Any

from guild_ipy.domain import payload
from guild_ipy.operations.notebook import Notebook

#: Module and name of a function of IPython -> its stand-in.
_FUNCTIONS: Mapping[tuple[str, str], Callable[[], Any]] = {
    ("IPython.core.interactiveshell", "_modified_open"): payload.open_function,
    ("IPython.core.display_functions", "display"): payload.display_function,
    ("IPython.core.getipython", "get_ipython"): payload.shell_getter,
}
#: Methods by which a kernel replaces functions that ask the user -> their stand-ins.
_ASKING: Mapping[str, Callable[[], Any]] = {
    "raw_input": payload.input_function,
    "getpass": payload.password_function,
}


class ShellObjects:
    """Knows the shell of a notebook and the objects that belong to it."""

    def __init__(self, notebook: Notebook) -> None:
        self._shell = notebook.shell
        self._exit = getattr(notebook.shell, "exiter", None)
        self._kernel = getattr(notebook.shell, "kernel", None)

    def find_stand_in(self, obj: object) -> Callable[[], Any] | None:
        """Return the function of :mod:`guild_ipy.domain.payload` that returns the stand-in; None for other objects."""
        if self._shell is None:
            return None
        if isinstance(obj, types.FunctionType):
            return _FUNCTIONS.get((obj.__globals__.get("__name__", ""), obj.__code__.co_name))
        if obj is self._shell:
            return payload.shell
        if obj is self._exit:
            return payload.exit_function
        if isinstance(obj, types.MethodType):
            return self._find_method(obj)
        return None

    def _find_method(self, method: types.MethodType) -> Callable[[], Any] | None:
        if method.__self__ is self._shell and method.__name__ == "get_ipython":
            return payload.shell_getter
        if self._kernel is not None and method.__self__ is self._kernel:
            return _ASKING.get(method.__name__)
        return None
