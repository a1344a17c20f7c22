"""Runs and files that trials are given for dependencies: which they are is settled when the batch is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.domain.choosing.chosen_run import Reason
from guild_ipy.domain.declarations.dependency import Dependency, Source
from guild_ipy.domain.values.flags import Flags
from guild_ipy.errors import FlagError
from guild_ipy.launching.found_dependencies import DependencyChoice, find_dependencies
from guild_ipy.operations.dependencies.given_dependencies import parse_given, tied_paths
from guild_ipy.session.session import Session


@dataclass(frozen=True, kw_only=True)
class GivenRuns:
    """Finds the runs that are meant."""

    session: Session
    requires: Sequence[Dependency]
    force: bool = False
    """Whether runs are used whatever they are."""

    def find(self, source: Source, given: Mapping[Source, Any], flags: Flags) -> str:
        """Return the ids of the runs, or the path of the file, that a source brings to a trial with these flags.

        Raises
        ------
        DependencyError
            If there is no such run, or it cannot be used.
        """
        choice = DependencyChoice(given={**tied_paths(self.requires, flags), **given}, force=self.force)
        resolution = find_dependencies(self.session, self.requires, flags, choice)
        used = next(each for every in resolution.dependencies for each in every.sources if each.source == source)
        found = " ".join(used.runs) or used.value
        if not found:
            raise FlagError(f"{source.given_name!r} has no run to use; give one for each trial", flag=source.given_name)
        return found


def as_settled(given: Mapping[Source, Any]) -> dict[Source, Any]:
    """Return runs that :class:`GivenRuns` has found as those that are used without another check."""
    reason = str(Reason.EXPLICIT)
    return {
        source: replace(parse_given(value), recorded=reason) if source.kind.is_of_runs else value
        for source, value in given.items()
    }
