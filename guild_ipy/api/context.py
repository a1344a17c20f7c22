"""What the verbs of one session share: settings, Guild home, engine, notebook. The only mutable globals are here."""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from guild_ipy.api.current_index import CurrentIndex
from guild_ipy.engine.engine import Engine
from guild_ipy.operations.notebook import Notebook
from guild_ipy.settings import Settings, current_dir
from guild_ipy.store.home import Home, find_home

if TYPE_CHECKING:
    from guild_ipy.index.index import Index
    from guild_ipy.operations.sourcecode import SourceCache


@dataclass(frozen=True, kw_only=True)
class Context:
    """The surroundings of a verb."""

    settings: Settings
    engine: Engine
    chosen_home: Home | None = None
    """Guild home set by the user; None means: by the rules, from the current directory."""
    current_index: CurrentIndex = field(default_factory=CurrentIndex, repr=False)

    @cached_property
    def source_cache(self) -> SourceCache:
        """What the last snapshots have read."""
        from guild_ipy.operations.sourcecode import SourceCache  # start-up cost

        return SourceCache()

    @property
    def home(self) -> Home:
        """Guild home of this moment."""
        return self.chosen_home or find_home(self.settings, current_dir())

    @property
    def index(self) -> Index:
        """What is known of the runs of that home without reading their directories."""
        return self.current_index.of(self.home, self.settings)

    @property
    def notebook(self) -> Notebook:
        """The notebook, or the main module of a plain interpreter."""
        shell = find_shell()
        variables = shell.user_ns if shell is not None else vars(sys.modules["__main__"])
        return Notebook(variables=variables, shell=shell, project_dir=current_dir(), path=_notebook_path(variables))


_context: Context | None = None


def get_context() -> Context:
    """Give the session's context; it is made on first use."""
    global _context  # noqa: PLW0603 - the one place for what a session shares
    if _context is None:
        settings = Settings.from_environment()
        _context = Context(settings=settings, engine=Engine(settings))
        atexit.register(_close, weakref.ref(_context.engine), _context.current_index)
    return _context


def set_context(context: Context | None) -> None:
    """Put another context in place; None makes a new one of the environment on the next use."""
    global _context  # noqa: PLW0603 - see get_context
    if _context is not None:
        _context.current_index.close()
    _context = context


def set_home(path: str | None) -> Home:
    """Choose Guild home for this session; None goes back to the rules."""
    home = Home(os.path.normpath(os.path.join(current_dir(), os.path.expanduser(path)))) if path else None
    set_context(replace(get_context(), chosen_home=home))
    return get_context().home


def warm_up() -> None:
    """Start the fork server in the background."""
    get_context().engine.warm_up()


def find_shell() -> Any:  # noqa: ANN401 - a shell, of a package that this layer does not load
    """Give the running IPython shell, if there is one."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _notebook_path(variables: dict[str, Any]) -> str:
    """Give the notebook's file, as far as the front end says which."""
    from_vscode = variables.get("__vsc_ipynb_file__")
    path = from_vscode if isinstance(from_vscode, str) else os.environ.get("JPY_SESSION_NAME", "")
    return path if path.endswith(".ipynb") else ""


def _close(engine: weakref.ref[Engine], index: CurrentIndex) -> None:
    index.close()
    alive = engine()
    if alive is not None:
        alive.close()
