"""Which runs a listing is about."""

from __future__ import annotations

from dataclasses import dataclass

from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.time_range import TimeRange


@dataclass(frozen=True, kw_only=True)
class RunFilter:
    """Tests that a run must all pass; an empty field tests nothing.

    Names within one field are alternatives (as in ``guild runs -Fo a -Fo b``).
    """

    operations: tuple[str, ...] = ()
    """Listed names, with or without ``()``; a word also matches as part of a name."""
    labels: tuple[str, ...] = ()
    """Texts that the label contains."""
    tags: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    """Texts that a comment contains."""
    statuses: frozenset[RunStatus] = frozenset()
    unlabeled: bool = False
    marked: bool | None = None
    started: TimeRange | None = None
    digest: str | None = None
    """Beginning of the source digest."""
    where: str | None = None
    """An expression of the select language (:mod:`guild_ipy.query.grammar`)."""
    deleted: bool = False
    """Look at the trash in place of the live runs."""
    limit: int | None = None
