"""IPython's shell in a run: no terminal, windows or history; an error in a magic is the run's error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, NoReturn

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import UsageError
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display as show
from traitlets import Type
from traitlets.config import Config

from guild_ipy.domain.notebook_state import STATE_NAME, NotebookState
from guild_ipy.engine.child.shell.run_display import clear_output, show_bundle
from guild_ipy.store.displays.display import DisplayKind

_BUILTINS = ("exit", "quit", "open")
_NO_HISTORY = "a run has no history of cells"
_NO_TERMINAL = "nobody is at a run to answer"
_NO_FRONT_END = "a run has no front end"
__all__ = ["RunShell", "add_magics", "shell_of", "show", "show_value"]

#: Magics that do nothing in a run -> why.
_IDLE_MAGICS = {
    **dict.fromkeys(("history", "hist", "recall", "rep", "rerun", "notebook", "macro", "save"), _NO_HISTORY),
    **dict.fromkeys(("debug", "pdb", "edit", "ed"), _NO_TERMINAL),
    **dict.fromkeys(("autosave", "connect_info", "qtconsole", "clear", "less", "more", "man"), _NO_FRONT_END),
    **dict.fromkeys(("gui", "subshell", "autocall", "automagic"), _NO_FRONT_END),
}


def shell_of(main: ModuleType) -> InteractiveShell:
    """Return the shell of this process; a new one has the magics of the notebook that the code uses."""
    if InteractiveShell.initialized():
        return InteractiveShell.instance()
    config = Config()
    config.HistoryManager.enabled = False
    shell = RunShell.instance(config=config, user_module=main, user_ns=vars(main))
    for name, why in _IDLE_MAGICS.items():
        shell.register_magic_function(_idle_magic(name, why), magic_name=name)
    add_magics(shell, vars(main).get(STATE_NAME) or NotebookState())
    return shell


def add_magics(shell: InteractiveShell, state: NotebookState) -> None:
    """Add the magics of the notebook that the code uses; one that could not be packed raises an error that says so."""
    for name, why in state.missing_magics.items():
        for kind in ("line", "cell"):
            shell.register_magic_function(_missing_magic(name, why), magic_kind=kind, magic_name=name)
    for extension in state.extensions:
        try:
            shell.extension_manager.load_extension(extension)
        except Exception as error:  # noqa: BLE001 - code of others, whose magics may not be called at all
            print(f"%load_ext {extension}: {error}")  # noqa: T201 - as a magic
    for magic in state.magics:
        shell.register_magic_function(magic.function, magic_kind=magic.kind, magic_name=magic.name)


class RunDisplayPublisher(DisplayPublisher):  # type: ignore[misc] # untyped package
    """Shows what ``display`` is given in the output of the run."""

    def publish(
        self,
        data: Mapping[str, Any],
        metadata: Mapping[str, Any] | None = None,
        *,
        transient: Mapping[str, Any] | None = None,
        update: bool = False,
        **_: Any,  # noqa: ANN401 - IPython's
    ) -> None:
        kind = DisplayKind.UPDATE if update else DisplayKind.DISPLAY
        show_bundle(data, metadata, kind=kind, display_id=(transient or {}).get("display_id"))

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002 - IPython's
        clear_output(wait=wait)


def show_value(value: object, source: str) -> None:
    """Show the value of the last line of a cell, whose text is `source`, unless a semicolon ends the line.

    No shell is made for it, which takes 40 ms: formatters that the code has registered are those of a shell.
    """
    if DisplayHook.semicolon_at_end_of_expression(source):
        return
    has_shell = InteractiveShell.initialized()
    formatter = InteractiveShell.instance().display_formatter if has_shell else DisplayFormatter()
    data, metadata = formatter.format(value)
    if data:  # otherwise it has displayed itself
        show_bundle(data, metadata, kind=DisplayKind.RESULT)


class RunShell(InteractiveShell):  # type: ignore[misc] # untyped package
    """A shell whose namespace is the ``__main__`` of a run."""

    display_pub_class = Type(RunDisplayPublisher)

    def init_user_ns(self) -> None:
        """Leave the namespace of the run unchanged, but for builtins that a notebook hides."""
        own = dict(self.user_ns)
        super().init_user_ns()
        for name in _BUILTINS:
            self.user_ns.pop(name, None)
        self.user_ns.update(own)

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: a run shows no windows."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[None, str]:
        """Draw without windows; figures that are open at the end of a run are saved."""
        if gui not in {None, "inline", "agg"}:
            print(f"%matplotlib {gui}: a run shows no windows; its figures are saved as files")  # noqa: T201 - a magic
        import matplotlib as mpl  # for runs that use it

        mpl.use("agg")
        return None, "agg"

    def run_cell(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - IPython's
        """Run a cell within a cell, as ``%%capture`` does; its error is one of the run."""
        result = super().run_cell(*args, **options)
        result.raise_error()
        return result

    def ask_exit(self) -> NoReturn:
        """End the run."""
        raise SystemExit

    def showtraceback(self, exc_tuple: Any = None, *_: Any, **__: Any) -> None:  # noqa: ANN401 - IPython's
        """Raise what is to be shown: an error in ``%run`` or the like is one of the run."""
        error = exc_tuple[1] if exc_tuple else sys.exception()
        if error is not None:
            raise error

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - IPython's
        """Raise it; see :meth:`showtraceback`."""
        self.showtraceback()


def _idle_magic(name: str, why: str) -> Callable[[str], None]:
    def say(line: str) -> None:  # noqa: ARG001 - as magics are called
        print(f"%{name} does nothing here: {why}")  # noqa: T201 - a magic

    return say


def _missing_magic(name: str, why: str) -> Callable[..., NoReturn]:
    def refuse(line: str, cell: str | None = None) -> NoReturn:  # noqa: ARG001 - as magics are called
        raise UsageError(f"the notebook's magic {name!r} did not come along to the run: {why}")

    return refuse
