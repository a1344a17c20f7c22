"""A resolved dependency: the runs and files that are used, and how they come into the run directory."""

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
        The absolute path of the file that is copied or linked; empty for a file that is written.
    content
        The content of a file without an origin.
    word
        The path within the source, by which the manifest names the file besides the URI.
    root
        The folder that links in it must not leave; empty for a file of the project, which can be anywhere.
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
    """A source with the runs and files that were found for it."""

    source: Source
    runs: tuple[str, ...] = ()
    """The ids of the runs that are used; several only for a multi-run source."""
    reason: str = ""
    """A :class:`~guild_ipy.domain.choosing.chosen_run.Reason`, or the expression that selects the runs; empty for a
    source of files."""
    value: str | None = None
    """For a source of files: the path that was given for it as a flag."""
    files: tuple[TakenFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResolvedDependency:
    """A dependency with its resolved sources."""

    dependency: Dependency
    sources: tuple[ResolvedSource, ...]
