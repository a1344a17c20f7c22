"""The names that IPython gives to a notebook, in a run: ``display``, ``get_ipython``, and the shell itself.

IPython is loaded when one of them is used.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping
from typing import Any

from guild_ipy.domain.notebook_state import STATE_NAME, NotebookState


def get_ipython() -> Any:  # noqa: ANN401 - a shell, of a package that is loaded only on demand
    """Return the shell of this process, made on first use: a function that says ``!ls`` works in a run."""
    from guild_ipy.engine.run_shell import shell_of  # start-up cost: for runs that use it

    main = sys.modules["__main__"]
    return shell_of(main, vars(main).get(STATE_NAME) or NotebookState())


def display(*objects: object, **options: Any) -> Any:  # noqa: ANN401 - a handle, of a package as above
    """Show objects as IPython's ``display`` does; in a run that is their text, in its output."""
    get_ipython()
    from guild_ipy.engine.run_shell import show  # start-up cost: for runs that use it

    return show(*objects, **options)


class LazyShell:
    """Stands for the notebook's shell until something is asked of it."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(get_ipython(), name)


#: Functions of :mod:`guild_ipy.domain.payload` -> what they are in a run.
NOTEBOOK_NAMES: Mapping[str, Callable[[], Any]] = {
    "shell_getter": lambda: get_ipython,
    "shell": LazyShell,
    "display_function": lambda: display,
}


def add_builtins(namespace: Mapping[str, Any]) -> NotebookState:
    """Add what every module finds where a notebook runs, if the code is from one; return what is known of it."""
    state: NotebookState = namespace.get(STATE_NAME) or NotebookState()
    for function in (display, get_ipython) if state.has_shell else ():
        vars(builtins).setdefault(function.__name__, function)
    return state
