"""What the verbs of one session share: settings, Guild home, engine, notebook. The only mutable globals are here."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import weakref
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from guild_ipy.session.current_index import CurrentIndex
from guild_ipy.settings import Settings, copy_environment, current_dir
from guild_ipy.store.guild_home import Home, find_home

if TYPE_CHECKING:
    from guild_ipy.engine.engine import Engine
    from guild_ipy.index.index import Index
    from guild_ipy.operations.notebook import Notebook
    from guild_ipy.operations.search_context import SearchContext
    from guild_ipy.operations.sourcecode.snapshot import SourceCache


class Session:
    """What a verb works with: a Guild home with its index, an engine, a notebook. Threads share it.

    Several can live in one process: each has an index of its own, and an engine.

    Parameters
    ----------
    settings
        The limits; without them those of the environment.
    home
        The Guild home; without it the one that the rules find from the current directory.
    engine
        The engine of another session; without it one is made on first use.
    settles
        Whether looking at a run whose processes died writes its end. Without it all that looks at runs shows the same
        and writes nothing below Guild home.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        home: Home | None = None,
        engine: Engine | None = None,
        settles: bool = True,
    ) -> None:
        self.settings = settings or Settings.from_environment()
        self.chosen_home = home
        self.current_index = CurrentIndex(settles=settles)
        self.homes_looked_at: set[str] = set()
        """Guild homes whose user has been told if their file system has no locks."""
        self._mutex = threading.Lock()
        self._engine = engine

    @classmethod
    def for_home(cls, path: str, settings: Settings | None = None, *, settles: bool = True) -> Session:
        """Return a new session for a home, whatever other sessions there are; it is the caller's to close."""
        return cls(settings, home=Home(os.path.abspath(path)), settles=settles)

    def at(self, home: Home | None) -> Session:
        """Return a session for another home that has the engine of this one."""
        return Session(self.settings, home=home, engine=self._engine, settles=self.settles)

    def close(self) -> None:
        """Let go of the index and of the fork servers; runs go on."""
        self.current_index.close()
        if self._engine is not None:
            self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def engine(self) -> Engine:
        """The engine that starts its runs."""
        from guild_ipy.engine.engine import Engine  # start-up cost: who only looks at runs needs none

        with self._mutex:
            if self._engine is None:
                self._engine = Engine(self.settings)
            return self._engine

    def keep_warm(self) -> None:
        """Do as ``engine.warm_up`` if this session has had a fork server: one that was idle has ended."""
        if self._engine is not None and self._engine.is_used:
            self._engine.warm_up()

    @cached_property
    def source_cache(self) -> SourceCache:
        """What the last snapshots have read."""
        from guild_ipy.operations.sourcecode.snapshot import SourceCache  # start-up cost

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
    def settles(self) -> bool:
        """Whether looking at a run whose processes died writes its end."""
        return self.current_index.settles

    @property
    def notebook(self) -> Notebook:
        """The notebook, or the main module of a plain interpreter."""
        from guild_ipy.operations.notebook import Notebook  # start-up cost: few who look at runs use variables

        shell = find_shell()
        variables = shell.user_ns if shell is not None else vars(sys.modules["__main__"])
        return Notebook(variables=variables, shell=shell, project_dir=current_dir(), path=_notebook_path(variables))

    @property
    def search_context(self) -> SearchContext:
        """Where operations are looked for."""
        from guild_ipy.operations.search_context import SearchContext, python_import_path  # start-up cost, as above

        notebook, home = self.notebook, self.home
        return SearchContext(
            notebook=notebook,
            env=copy_environment(),
            import_path=python_import_path(notebook.project_dir),
            excluded_dirs=(home.path, home.runs, home.path + "/trash", home.path + "/cache"),
            source_cache=self.source_cache,
        )


_session: Session | None = None
_mutex = threading.RLock()


def get_session() -> Session:
    """Return the session of this process; it is made on first use."""
    global _session  # noqa: PLW0603 - the one place for what a session shares
    with _mutex:
        if _session is None:
            _session = _closed_at_exit(Session())
        return _session


def set_session(session: Session | None) -> None:
    """Put another session in its place; None makes a new one of the environment on the next use."""
    global _session  # noqa: PLW0603 - see get_session
    with _mutex:
        if _session is not None:
            _session.current_index.close()
        _session = session


def set_home(path: str | None) -> Home:
    """Choose Guild home for this session; None goes back to the rules."""
    home = Home(os.path.normpath(os.path.join(current_dir(), os.path.expanduser(path)))) if path else None
    with _mutex:
        set_session(_closed_at_exit(get_session().at(home)))
        return get_session().home


def warm_up() -> None:
    """Start the fork server in the background."""
    get_session().engine.warm_up()


def find_shell() -> Any:  # noqa: ANN401 - a shell, of a package that this layer does not load
    """Return the running IPython shell, if there is one."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _notebook_path(variables: dict[str, Any]) -> str:
    """Return the notebook's file, as far as the front end says which."""
    from_vscode = variables.get("__vsc_ipynb_file__")
    path = from_vscode if isinstance(from_vscode, str) else os.environ.get("JPY_SESSION_NAME", "")
    return path if path.endswith(".ipynb") else ""


def _closed_at_exit(session: Session) -> Session:
    atexit.register(_close, weakref.ref(session), os.getpid())
    return session


def _close(session: weakref.ref[Session], pid: int) -> None:
    alive = session()
    if alive is not None and pid == os.getpid():  # else it is of the process that this one is a fork of
        alive.close()


def _begin_anew() -> None:
    """Give a fork of this process a session of its own: locks that other threads held would never be let go there."""
    global _session, _inherited, _mutex  # noqa: PLW0603 - see get_session
    _mutex = threading.RLock()
    if _session is not None:
        _inherited = _session  # so that nothing of it is closed: the files are those of the other process
        _session = _closed_at_exit(Session(_session.settings, home=_session.chosen_home, settles=_session.settles))


_inherited: Session | None = None
os.register_at_fork(after_in_child=_begin_anew)
