"""The two options that ask for the best run."""

from __future__ import annotations

from guild_ipy.domain.choosing.best import Best
from guild_ipy.errors import UsageError


def read_best(least: str | None, greatest: str | None, *, verb: str) -> Best | None:
    """Read ``--min`` and ``--max``, of which one can be given."""
    if least is not None and greatest is not None:
        raise UsageError(f"{verb}: --min and --max are two things; give one of them")
    if least is None and greatest is None:
        return None
    return Best(name=_full_name(least or greatest or ""), greatest=least is None)


def _full_name(name: str) -> str:
    """Write ``=lr`` and ``.time``, as columns are written, in the select language."""
    kind = {"=": "flag:", ".": "attr:"}.get(str(name)[:1])  # what is not a text is refused by Best
    return name if kind is None else kind + name[1:].strip()
