"""Dependencies as tests declare them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency, FilePattern, Source, SourceKind
from guild_ipy.operations.declaration import Declaration, declare


def need(kind: SourceKind, value: str, *, name: str = "", location: str = "", **source: Any) -> Dependency:
    """Give a dependency that is written inline, with one source."""
    made = Source(kind=kind, value=value, name=name or None, **source)
    return Dependency(name=name or value, is_inline=True, location=location, sources=(made,))


def run_of(operation: str, **source: Any) -> Dependency:
    """Need files of a run of an operation."""
    return need(SourceKind.OPERATION, operation, **source)


def runs_of(operation: str, **source: Any) -> Dependency:
    """Need all runs of an operation."""
    return need(SourceKind.OPERATION, operation, is_multi=True, **source)


def file_of(path: str, **source: Any) -> Dependency:
    """Need a file."""
    return need(SourceKind.FILE, path, **source)


def pattern(text: str, reduce: str | None = None) -> FilePattern:
    return FilePattern(pattern=text, reduce=reduce)


def requires(function: Callable[..., Any], *dependencies: Dependency) -> None:
    """Declare what a function requires."""
    declare(function, Declaration(requires=dependencies))
