"""Guild home: the directory that holds all runs, and the rules by which it is found."""

from __future__ import annotations

import os
from dataclasses import dataclass

from guild_ipy.errors import StoreError
from guild_ipy.settings import Settings
from guild_ipy.store.run_dir import RunDir


@dataclass(frozen=True)
class Home:
    """The folders of one Guild home.

    Examples
    --------
    >>> Home("/home/ada/.guild").run_dir("0123abcd").path
    '/home/ada/.guild/runs/0123abcd'
    """

    path: str

    @property
    def runs(self) -> str:
        """Where the runs are, one directory each."""
        return self.path + "/runs"

    @property
    def trash(self) -> str:
        """Where deleted runs are."""
        return self.path + "/trash/runs"

    @property
    def deleted(self) -> Home:
        """The trash as a home of its own, whose runs are the deleted ones."""
        return Home(self.path + "/trash")

    @property
    def cache(self) -> str:
        """Files that we can rebuild at any time; Guild AI keeps its own beside them."""
        return self.path + "/cache/guild_ipy"

    @property
    def locks(self) -> str:
        """Lock files shared with Guild AI; ``run-status`` is held while a staged run is claimed."""
        return self.path + "/locks"

    def run_dir(self, id: str) -> RunDir:  # noqa: A002 - the word of the field
        """Return the directory of a live run, whether or not it exists."""
        return RunDir(f"{self.runs}/{id}")


def home_of(run_dir: RunDir) -> Home:
    """Return the home that a live run is in."""
    return Home(os.path.dirname(os.path.dirname(run_dir.path)))


def find_home(settings: Settings, cwd: str) -> Home:
    """Find Guild home as the ``guild`` command does.

    In this order: ``GUILD_HOME``; ``.guild`` in an activated environment, if it is there; the nearest
    ``.guild`` from `cwd` up to the user's directory; ``.guild`` in the user's directory, whether or not it is
    there. The private ``.guild`` of a run is not a Guild home.
    """
    if settings.guild_home:
        return Home(os.path.normpath(os.path.join(cwd, settings.guild_home)))
    if settings.environment_prefix and _is_home(inside := f"{settings.environment_prefix}/.guild"):
        return Home(os.path.realpath(inside))
    return Home(_find_upwards(cwd, settings.user_dir) or os.path.join(settings.user_dir, ".guild"))


def create_home(home: Home) -> None:
    """Make the home and its ``runs``; a new home is closed to other users of the machine."""
    try:
        os.makedirs(home.path, mode=0o700, exist_ok=True)
        os.makedirs(home.runs, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot make Guild home {home.path!r}: {error.strerror}; choose another with GUILD_HOME"
        ) from error


def check_not_deleted(home: Home, run_dir: str | None) -> None:
    """Refuse a home that would be made anew by one of its own runs.

    Parameters
    ----------
    home
        The home that is about to be used.
    run_dir
        The directory of the run that this process executes; None if it executes none.

    Raises
    ------
    StoreError
        If the run was made in that home, and the home is gone.
    """
    if run_dir is not None and home_of(RunDir(run_dir)) == home and not os.path.isdir(home.runs):
        raise StoreError(
            f"Guild home {home.path!r}, which this run is in, was deleted or moved; choose another with GUILD_HOME or "
            "guild_ipy.set_guild_home"
        )


def _find_upwards(start: str, last: str) -> str | None:
    last = os.path.realpath(last)
    folder = os.path.abspath(start)
    while True:
        if _is_home(candidate := os.path.join(folder, ".guild")):
            return candidate
        parent = os.path.dirname(folder)
        if os.path.realpath(folder) == last or parent == folder:
            return None
        folder = parent


def _is_home(path: str) -> bool:
    return os.path.isdir(path) and not os.path.exists(path + "/attrs")
