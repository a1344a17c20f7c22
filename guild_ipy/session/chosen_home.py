"""The Guild home of this session: its path, and the choice of another one."""

from __future__ import annotations

import os

from guild_ipy.errors import UsageError
from guild_ipy.session.session import get_session, set_home


def guild_home() -> str:
    """Return the path of the Guild home that is used now."""
    return get_session().home.path


def set_guild_home(path: str | os.PathLike[str] | None) -> str:
    """Use another Guild home for this session; None goes back to the rules.

    Parameters
    ----------
    path
        A directory, which need not exist yet; ``~`` is expanded.
    """
    if not isinstance(path, str | os.PathLike | None):
        raise UsageError(f"a Guild home is a path, not {path!r}")
    return set_home(None if path is None else os.fspath(path)).path
