"""``home``: which Guild home is used."""

from __future__ import annotations

from guild_ipy.api.context import get_context, set_home


def guild_home() -> str:
    """Give the path of the Guild home that is used now."""
    return get_context().home.path


def set_guild_home(path: str | None) -> str:
    """Use another Guild home for this session; None goes back to the rules.

    Parameters
    ----------
    path
        A directory, which need not exist yet; ``~`` is expanded.
    """
    return set_home(path).path
