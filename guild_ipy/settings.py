"""Limits and places; the only module that reads the environment for them.

A :class:`Settings` value is built once by a face (``Settings.from_environment()``) and handed down.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field

from guild_ipy.errors import UsageError

DOWNLOAD_LIMIT_VARIABLE = "GUILD_IPY_DOWNLOAD_LIMIT"
DEFAULT_DOWNLOAD_LIMIT = 64 * 2**30
_SIZE = r"(\d{1,15}(?:\.\d+)?) *([KMGT]?)(?:i?B)?"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What may differ between two users of the same code.

    Durations are seconds, sizes are bytes.

    Examples
    --------
    >>> Settings(stop_grace=1.0).stop_grace
    1.0
    """

    guild_home: str | None = None
    """Guild home named by ``GUILD_HOME``; None means: look for it (:mod:`guild_ipy.store.guild_home`)."""

    environment_prefix: str | None = None
    """Root of the activated virtual or conda environment, where a ``.guild`` may live."""

    user_dir: str = field(default_factory=lambda: os.path.expanduser("~"))
    """The user's home directory, where the search for Guild home ends."""

    isolation: str = "fork"
    """``fork`` (fork server), ``fresh`` (new interpreter) or ``inline`` (this process, for debuggers)."""

    fork_server_idle: float = 600.0
    """After how long without a run the fork server ends, which holds as much memory as what it has imported.

    Another is started when a cell is executed."""

    stop_grace: float = 5.0
    """How long a run may take to end after SIGINT, and again after SIGTERM, before SIGKILL."""

    scan_interval: float = 1.0
    """How often the supervisor looks for new scalars in the output of a run."""

    output_interval: float = 0.05
    """How often a face is given new output: 20 times a second."""

    output_rate: int = 200_000
    """Bytes of output a second that a face is given; the file always has all."""

    payload_warning: int = 10 * 2**20
    """Size from which the preview warns about what travels to the run."""

    cache_dir: str = field(default_factory=lambda: _find_cache_dir())  # noqa: PLW0108 - it is defined below
    """Where the indexes of homes are; on a file system of another machine a temporary folder takes its place.

    ``GUILD_IPY_CACHE``, or ``guild_ipy`` in ``XDG_CACHE_HOME``, which is ``~/.cache`` if it is not set.
    """

    editor: str = "vi"
    """The command of the user's editor, which ``VISUAL`` or ``EDITOR`` names."""

    index_patience: float = 5.0
    """How long to wait for another process that writes to the index, before the directories are read."""

    index_few: int = 500
    """Up to how many runs each is looked at for every listing, for changes by others in place: that takes 25 ms.

    Of more, a thread looks at them after a listing. With 0 nobody does.
    """

    @classmethod
    def from_environment(cls) -> Settings:
        """Read ``GUILD_HOME``, ``GUILD_IPY_ISOLATION``, ``VIRTUAL_ENV``, ``CONDA_PREFIX`` and the user's editor."""
        environ = os.environ
        forkable = sys.platform == "linux"
        return cls(
            guild_home=environ.get("GUILD_HOME") or None,
            environment_prefix=environ.get("CONDA_PREFIX") or environ.get("VIRTUAL_ENV") or None,
            isolation=environ.get("GUILD_IPY_ISOLATION") or ("fork" if forkable else "fresh"),
            editor=environ.get("VISUAL") or environ.get("EDITOR") or "vi",
        )


def current_dir() -> str:
    """Return the current directory.

    Raises
    ------
    UsageError
        If it was deleted while the shell or the notebook was in it.
    """
    try:
        return os.getcwd()
    except OSError as error:
        raise UsageError(
            f"the current directory cannot be read ({(error.strerror or str(error)).lower()}); "
            f"it was deleted or moved: go to a folder that is there with cd"
        ) from error


def copy_environment() -> dict[str, str]:
    """Return the environment of this moment; other threads may change it meanwhile."""
    values = ((name, os.environ.get(name)) for name in os.environ)
    return {name: value for name, value in values if value is not None}


def read_variable(name: str) -> str | None:
    """Return a variable of the environment of this moment; None if it is not set."""
    return os.environ.get(name)


def has_variable(name: str) -> bool:
    """Return whether a variable is set in the environment of this moment."""
    return name in os.environ


def find_run_dir() -> str | None:
    """Return the directory of the run that this process is at this moment, named by ``RUN_DIR``; None if it is none.

    It is not a setting: a run without isolation comes and goes within a process.
    """
    return os.environ.get("RUN_DIR") or None


def find_project_dir() -> str | None:
    """Return the project folder of the run that this process is, named by ``PROJECT_DIR``; None if it is none."""
    return (os.environ.get("PROJECT_DIR") or None) if find_run_dir() is not None else None


def shows_tables() -> bool:
    """Return whether frames of runs are shown in a way of their own, at this moment: ``%env`` changes it as well.

    ``GUILD_IPY_TABLES=pandas`` leaves them to pandas.
    """
    return os.environ.get("GUILD_IPY_TABLES", "") != "pandas"


def read_download_limit() -> int:
    """Return how many bytes a dependency may download, at this moment: a notebook raises it with ``%env``.

    Raises
    ------
    UsageError
        If ``GUILD_IPY_DOWNLOAD_LIMIT`` is not a size.
    """
    text = os.environ.get(DOWNLOAD_LIMIT_VARIABLE, "").strip()
    if not text:
        return DEFAULT_DOWNLOAD_LIMIT
    size = re.fullmatch(_SIZE, text, re.IGNORECASE)
    if size is None:
        raise UsageError(f"{DOWNLOAD_LIMIT_VARIABLE} is {text!r}, which is no size; give bytes, or a size such as 200G")
    return int(float(size[1]) * 1024 ** " KMGT".index(size[2].upper() or " "))


def find_data_dir() -> str:
    """Return where things are kept for this user: ``guild_ipy`` in ``XDG_DATA_HOME``, else in ``~/.local/share``."""
    data = os.environ.get("XDG_DATA_HOME", "")
    return f"{data if os.path.isabs(data) else os.path.expanduser('~/.local/share')}/guild_ipy"


def _find_cache_dir() -> str:
    chosen = os.environ.get("GUILD_IPY_CACHE", "")
    if os.path.isabs(chosen):
        return chosen
    caches = os.environ.get("XDG_CACHE_HOME", "")
    return f"{caches if os.path.isabs(caches) else os.path.expanduser('~/.cache')}/guild_ipy"
