"""The names that IPython gives to a notebook, in a run: ``display``, ``get_ipython``, and the shell itself.

IPython is loaded when one of them is used.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from guild_ipy.domain.notebook_state import STATE_NAME, NotebookState


def get_ipython() -> Any:  # noqa: ANN401 - a shell, of a package that is loaded only on demand
    """Return the shell of this process, made on first use, so that ``!ls`` in a function works in a run."""
    from guild_ipy.engine.child.shell.run_shell import shell_of  # start-up cost: for runs that use it

    return shell_of(sys.modules["__main__"])


def display(*objects: object, **options: Any) -> Any:  # noqa: ANN401 - a handle, of a package as above
    """Show objects as IPython's ``display`` does; in a run their text is printed."""
    get_ipython()
    from guild_ipy.engine.child.shell.run_shell import show  # start-up cost: for runs that use it

    return show(*objects, **options)


class LazyShell:
    """Stands for the notebook's shell until an attribute of it is used."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(get_ipython(), name)


Program = TypeVar("Program")

#: Functions of :mod:`guild_ipy.domain.payload` -> their replacement in a run.
NOTEBOOK_NAMES: Mapping[str, Callable[[], Any]] = {
    "shell_getter": lambda: get_ipython,
    "shell": LazyShell,
    "display_function": lambda: display,
}


def open_in_notebook(
    open_program: Callable[[], Program], namespace: Mapping[str, Any], *, is_beside: bool
) -> tuple[Program, NotebookState]:
    """Open a program with the names of IPython in place; return it with what is known of the notebook.

    A module that registers magics when it is imported asks for the shell while the program is opened. In the process
    of the notebook (`is_beside`) these names exist, and stay unchanged.
    """
    own = vars(builtins)
    names = {} if is_beside else {function.__name__: function for function in (display, get_ipython)}
    own.update(names)
    program = open_program()
    state: NotebookState = namespace.get(STATE_NAME) or NotebookState()
    has_shell = _is_shell_made()
    if names and not state.has_shell:
        del own["display"]
    if names and not (has_shell or state.magics or state.extensions):
        del own["get_ipython"]  # libraries look whether it exists; the first call loads IPython
    if names and has_shell:
        from guild_ipy.engine.child.shell.run_shell import add_magics  # it is loaded

        add_magics(get_ipython(), state)
    return program, state


def _is_shell_made() -> bool:
    interactive = sys.modules.get("IPython.core.interactiveshell")
    return interactive is not None and interactive.InteractiveShell.initialized()
