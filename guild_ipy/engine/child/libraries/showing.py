"""Lets ``plt.show()`` and IPython's ``display`` show in the output of a run, as they do below a cell.

``display`` asks for the shell, which is made at its first call; without a shell IPython prints the objects.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import sys
from functools import wraps

from guild_ipy.engine.child.libraries.figures import process_figures
from guild_ipy.engine.child.libraries.on_import import act_on_import

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from guild_ipy.store.run_dir import RunDir

_FUNCTIONS = ("display", "publish_display_data", "clear_output")


def show_in_output(run_dir: RunDir) -> None:
    """Let libraries show in the output of the run, when they are imported."""
    figures = process_figures()
    act_on_import({"matplotlib.pyplot": lambda pyplot: figures.replace_show(pyplot, run_dir)})
    make_shell_for_displays()


def make_shell_for_displays() -> None:
    """Let the functions of IPython that display something make the shell of the run, if IPython is ever imported.

    That is before other modules import these functions from there.
    """
    act_on_import({"IPython.core.display_functions": _replace_functions})


def _replace_functions(module: ModuleType) -> None:
    for name in _FUNCTIONS:
        function = getattr(module, name)
        if not hasattr(function, "__wrapped__"):  # not replaced yet
            setattr(module, name, _with_shell(function))


def _with_shell(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def show(*args: object, **options: object) -> object:
        from guild_ipy.engine.child.shell.run_shell import shell_of  # start-up cost: for runs that display something

        shell_of(sys.modules["__main__"])
        return function(*args, **options)

    return show
