"""The runs that the trials of a batch depend on, chosen anew when its pipeline is restarted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from guild_ipy.batch.prototype import Prototype
from guild_ipy.domain.declarations.dependency import Dependency, Source
from guild_ipy.domain.program import BatchProgram
from guild_ipy.engine.meta import program_of, require_meta
from guild_ipy.engine.run_files.dependency_attrs import recorded_name
from guild_ipy.launching.found_dependencies import DependencyChoice, find_dependencies
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.operations.dependencies.given_dependencies import split_given
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.used_runs.deps import DEPENDENCIES


class BatchDependencies:
    """The runs that a batch would depend on if it was made now; those that the request names are left out."""

    def __init__(self, session: Session, batch: Run, request: RunRequest) -> None:
        program = program_of(batch.dir, require_meta(batch.dir), BatchProgram)
        self._session = session
        self._request = request
        self._prototype = Prototype(batch.dir)
        self._grid = self._prototype.read_grid(program.varied)
        self._own = frozenset(flag.name for flag in self._prototype.meta.flag_defs)

    @property
    def runs(self) -> tuple[Run, ...]:
        """All of them."""
        return tuple(Run(self._session.home.run_dir(id_)) for ids in self._chosen.values() for id_ in ids)

    @property
    def changed(self) -> dict[str, str]:
        """Return those that are others than on record, by the names under which they are given."""
        return {recorded_name(source, self._own): ids[0] for source, ids in self._others() if not source.is_multi}

    @property
    def has_other_set(self) -> bool:
        """Whether a set of runs is another than on record."""
        return any(source.is_multi for source, _ in self._others())

    def _others(self) -> Iterator[tuple[Source, Sequence[str]]]:
        recorded = {each["source"]: each["runs"] for each in self._prototype.run.get(DEPENDENCIES) or ()}
        for source, ids in self._chosen.items():
            given = self._grid.values.get(recorded_name(source, self._own))  # by an earlier restart
            if sorted(ids) != sorted(given or recorded.get(source.resolving_name, ())):
                yield source, ids

    @cached_property
    def _chosen(self) -> dict[Source, tuple[str, ...]]:
        requires = tuple(self._open())
        flags = {**self._prototype.fixed_flags(self._grid), **next(self._grid.rows(1, seed=0), {})}
        found = find_dependencies(self._session, requires, flags, DependencyChoice(preferred=self._request.preferred))
        return {each.source: each.runs for every in found.dependencies for each in every.sources if each.runs}

    def _open(self) -> Iterator[Dependency]:
        """Return what it requires, with the sources alone that choose runs by themselves."""
        given, _ = split_given(self._prototype.requires, self._request.flags, self._own)
        for each in self._prototype.requires:
            sources = tuple(source for source in each.sources if source.kind.is_of_runs and source not in given)
            if sources:
                yield replace(each, sources=sources)
