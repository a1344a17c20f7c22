"""A run as it was read, on its way into the tables."""

from __future__ import annotations

from dataclasses import dataclass

from guild_ipy.index.entry import Entry
from guild_ipy.index.scalar_rows import ScalarRows
from guild_ipy.index.sources import Source


@dataclass(frozen=True, kw_only=True)
class ReadRun:
    """All that the index keeps of one run."""

    entry: Entry
    inode: int
    """Of its directory."""
    sources: tuple[Source, ...]
    scalars: ScalarRows | None
    """None if no event file has changed."""
