"""A dependency with what was found for it: which runs, which files, and how they come into the run directory."""

from __future__ import annotations

from dataclasses import dataclass

from guild_ipy.domain.declarations.dependency import Dependency, Source, TargetType


@dataclass(frozen=True, kw_only=True)
class TakenFile:
    """A file or folder that a run gets.

    Attributes
    ----------
    path
        Where in the run directory, ``/``-separated.
    origin
        The absolute path of what is copied or linked; empty for one that is written.
    content
        What is written, for one without an origin.
    word
        What the manifest calls it beside its URI: the path within the source.
    root
        The folder that nothing in it must lead out of; empty for a file of the project, which can be anywhere.
    """

    path: str
    origin: str = ""
    content: bytes | None = None
    how: TargetType = TargetType.COPY
    replaces: bool = False
    word: str = ""
    root: str = ""


@dataclass(frozen=True, kw_only=True)
class ResolvedSource:
    """A source with what was found."""

    source: Source
    runs: tuple[str, ...] = ()
    """Ids of the runs that are used; one, but for a multi-run source."""
    reason: str = ""
    """A :class:`~guild_ipy.domain.choosing.chosen_run.Reason`, or the expression that selects the runs; empty for a
    source of files."""
    value: str | None = None
    """What was given for it as a flag, for a source of files."""
    files: tuple[TakenFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResolvedDependency:
    """A dependency with its resolved sources."""

    dependency: Dependency
    sources: tuple[ResolvedSource, ...]
