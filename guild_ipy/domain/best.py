"""What the best of several runs is the best in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Best:
    """The least or the greatest of a number that runs have."""

    name: str
    """A name of the select language, such as ``loss`` or ``max val#acc``."""
    greatest: bool = False
