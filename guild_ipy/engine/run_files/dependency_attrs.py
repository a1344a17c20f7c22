"""The attributes in which a run records its dependencies.

``deps`` has the format of Guild AI 0.9.0: names of dependencies, of their sources, and for each source the run that was
used (``config``), the files (``paths``, from the run directory) and the ``uri``. The flags of a run also name the run
of each source. ``_dependencies`` is an attribute of this package: which runs, and why these::

    - {dependency: train, source: "operation:train", runs: [3c0f...], reason: marked}

A path that was given in place of what a source would choose is its ``value``.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import Any

from guild_ipy.domain.choosing.chosen_run import Reason
from guild_ipy.domain.declarations.dependency import Source
from guild_ipy.domain.declarations.resolved_dependency import ResolvedDependency, ResolvedSource, TakenFile
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.store.run_dir import RunDir


def encode_deps(run_dir: RunDir, dependencies: Sequence[ResolvedDependency]) -> dict[str, Any]:
    """Return the attribute ``deps``."""
    return {
        each.dependency.key: {
            resolved.source.resolving_name: _describe(run_dir, resolved)
            for resolved in each.sources
            if _is_met(resolved)
        }
        for each in dependencies
    }


def encode_reasons(dependencies: Sequence[ResolvedDependency]) -> list[dict[str, Any]]:
    """Return the attribute ``_dependencies``."""
    return [
        {
            "dependency": each.dependency.title,
            "source": resolved.source.resolving_name,
            "runs": list(resolved.runs),
            "reason": str(resolved.reason),
            **({} if resolved.value is None else {"value": resolved.value}),
        }
        for each in dependencies
        for resolved in each.sources
        if (resolved.source.kind.is_of_runs and _is_met(resolved)) or resolved.value is not None
    ]


def dependency_flags(dependencies: Sequence[ResolvedDependency], own: Collection[str] = ()) -> dict[str, FlagValue]:
    """Return the flags by which Guild AI knows the run of each source, or the file that was given.

    `own` are the names of flags of the operation, which a named source of runs does not replace.
    """
    flags: dict[str, FlagValue] = {}
    for each in dependencies:
        for resolved in each.sources:
            value = resolved.value if resolved.source.is_multi or not resolved.runs else resolved.runs[0]
            if value is not None:
                flags[recorded_name(resolved.source, own)] = value
    return flags


def explicit_flags(dependencies: Sequence[ResolvedDependency], own: Collection[str] = ()) -> dict[str, FlagValue]:
    """Return the part of these flags that the user gave."""
    given = {
        recorded_name(resolved.source, own)
        for each in dependencies
        for resolved in each.sources
        if resolved.reason == Reason.EXPLICIT or resolved.value is not None
    }
    return {name: value for name, value in dependency_flags(dependencies, own).items() if name in given}


def recorded_name(source: Source, own: Collection[str] = ()) -> str:
    """Return the name of the flag that says which run or file is used; `own` as in :func:`dependency_flags`."""
    is_taken = source.kind.is_of_runs and source.name in own and not source.flag_name
    return source.uri if is_taken else source.resolving_name


def _is_met(resolved: ResolvedSource) -> bool:
    return bool(resolved.files or resolved.runs) or not resolved.source.optional


def _describe(run_dir: RunDir, resolved: ResolvedSource) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "paths": [_path(run_dir, file) for file in resolved.files],
        "uri": resolved.source.uri,
    }
    if resolved.source.is_multi:
        entry["config"] = list(resolved.runs)
    elif resolved.runs or resolved.value is not None:
        entry["config"] = resolved.runs[0] if resolved.runs else resolved.value
    return entry


def _path(run_dir: RunDir, file: TakenFile) -> str:
    """Return the origin of a file relative to the run directory; one that is written for the run is in it."""
    return os.path.relpath(file.origin, run_dir.path) if file.origin else file.path
