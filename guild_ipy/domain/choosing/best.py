"""The number by which the best of several runs is chosen."""

from __future__ import annotations

from dataclasses import dataclass

from guild_ipy.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Best:
    """The least or the greatest of a number that runs have."""

    name: str
    """A name of the select language, such as ``loss`` or ``max val#acc``."""
    greatest: bool = False

    def __post_init__(self) -> None:
        """Refuse a name that is not a text."""
        if not isinstance(self.name, str):
            raise UsageError(f"a name to choose the best run by is a text, not {self.name!r}")
