"""Resolves the dependencies of an operation: finds the runs and files that its run gets."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from guild_ipy.domain.choosing.chosen_run import Reason
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.declarations.dependency import Dependency, Source, SourceKind
from guild_ipy.domain.declarations.resolved_dependency import ResolvedDependency, ResolvedSource, TakenFile
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import Flags
from guild_ipy.errors import DependencyError, GuildError, NothingToUse, SelectError
from guild_ipy.operations.dependencies.given_dependencies import GivenDependency, parse_given
from guild_ipy.operations.dependencies.linked_runs import describe_runs, link_runs
from guild_ipy.operations.dependencies.named_runs import choose_named, looks_like_id
from guild_ipy.operations.dependencies.run_choice import (
    RunChoice,
    choose_preferred,
    choose_run,
    choose_set,
)
from guild_ipy.operations.dependencies.run_files import generated_names, selected_paths, take
from guild_ipy.operations.dependencies.run_query import RunQuery, has_expression, make_query, quote
from guild_ipy.operations.flag_references import strict_filler
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.store.run_record import RunRecord
from guild_ipy.store.used_runs.input_runs import RUNS_FILE

if TYPE_CHECKING:
    from guild_ipy.index.index import Index
    from guild_ipy.query.names import Names


@dataclass(frozen=True, kw_only=True)
class ResolveContext:
    """The values that dependencies are resolved with.

    Attributes
    ----------
    index
        The index of all runs.
    cache
        Folder for downloads and unpacked archives.
    flags
        The flags of the operation; ``${name}`` in a dependency stands for one.
    given
        The values that the user gave for sources.
    force
        Whether named runs are used whatever their operation and status.
    preferred
        The ids of runs that take precedence over all others.
    awaits
        Whether a run that is staged or at work can be chosen, whose files are taken later.
    """

    index: Index
    cache: str
    flags: Flags
    given: Mapping[Source, Any] = field(default_factory=dict)
    force: bool = False
    preferred: tuple[str, ...] = ()
    awaits: bool = False


@dataclass(frozen=True, kw_only=True)
class ConsideredRuns:
    """The runs of a source: the query, and the runs that were chosen."""

    dependency: Dependency
    source: Source
    query: RunQuery
    choice: RunChoice


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """The resolved dependencies of an operation."""

    dependencies: tuple[ResolvedDependency, ...] = ()
    considered: tuple[ConsideredRuns, ...] = ()
    """For the preview."""
    notes: tuple[str, ...] = ()


_NOT_BEGUN = (RunStatus.STAGED, RunStatus.PENDING)

#: The resolution for an operation without dependencies.
NOTHING_REQUIRED = Resolution()


def resolve_dependencies(requires: Sequence[Dependency], context: ResolveContext) -> Resolution:
    """Find the runs and files of each dependency, and their places in the run directory; only the cache is written to.

    Raises
    ------
    DependencyError
        For the first dependency that is not met.
    SelectError
        If an expression that the user gives cannot be understood.
    """
    resolver = _Resolver(context)
    resolved = tuple(
        ResolvedDependency(
            dependency=dependency, sources=tuple(resolver.resolve(dependency, source) for source in dependency.sources)
        )
        for dependency in requires
    )
    return Resolution(dependencies=resolved, considered=tuple(resolver.considered), notes=tuple(resolver.notes))


class _Resolver:
    """Resolves dependencies, and collects what was considered and notes for the user."""

    def __init__(self, context: ResolveContext) -> None:
        self._context = context
        self._fill_in = strict_filler(context.flags)
        self.considered: list[ConsideredRuns] = []
        self.notes: list[str] = []

    @cached_property
    def _names(self) -> Names | None:
        return self._context.index.names()

    def resolve(self, dependency: Dependency, source: Source) -> ResolvedSource:
        value = self._context.given.get(source)
        try:
            if source.kind.is_of_runs:
                return self._resolve_runs(dependency, source, None if value is None else parse_given(value))
            path = None if value is None else str(value)
            return self._check(source, self._resolve_files(dependency, source, path))
        except GuildError as error:
            if isinstance(error, SelectError) and value is not None:  # its message points at the mistake
                raise
            if source.optional and value is None:
                self.notes.append(f"{source.resolving_name} of {dependency.title} is left out: {error}")
                return ResolvedSource(source=source)
            raise DependencyError(
                dependency=dependency.title,
                source=source.resolving_name,
                why=str(error),
                help=source.help,
                lacks_run=isinstance(error, NothingToUse) and error.lacks_run,
            ) from error

    def _resolve_files(self, dependency: Dependency, source: Source, given: str | None) -> ResolvedSource:
        # Start-up cost: 25 ms for the network, archives and configurations.
        from guild_ipy.operations.dependencies.file_sources import FileSourceContext, resolve_file_source

        context = FileSourceContext(flags=self._context.flags, fill_in=self._fill_in, cache=self._context.cache)
        return resolve_file_source(dependency, source, given, context)

    def _resolve_runs(self, dependency: Dependency, source: Source, given: GivenDependency | None) -> ResolvedSource:
        folder = None if source.is_multi else _existing_folder(given, self._context.index.home.runs)
        if folder is not None:
            files = self._files_of(dependency, source, folder, generated_names(RunDir(folder)))
            return self._check(source, ResolvedSource(source=source, reason=Reason.EXPLICIT, value=folder, files=files))
        query = make_query(source, self._names if has_expression(source) else None)
        choice = self._choose_or_await(source, query, given)
        self.considered.append(ConsideredRuns(dependency=dependency, source=source, query=query, choice=choice))
        self._note_passed_over(source, choice)
        ids = tuple(record.dir.id for record in choice.records)
        if choice.reason == Reason.AWAITED:
            return ResolvedSource(source=source, runs=ids, reason=choice.reason)
        if source.is_multi:
            files = self._link(dependency, source, choice.records)
        else:
            run_dir = choice.records[0].dir
            if choice.records[0].status is RunStatus.RUNNING:
                self.notes.append(f"run {run_dir.short_id} is running; what it has made by now is taken")
            files = self._files_of(dependency, source, run_dir.path, generated_names(run_dir))
        return self._check(source, ResolvedSource(source=source, runs=ids, reason=choice.reason, files=files))

    def _choose_or_await(self, source: Source, query: RunQuery, given: GivenDependency | None) -> RunChoice:
        if not self._context.awaits or source.is_multi:
            return self._choose(source, query, given)
        try:
            choice = self._choose(source, query, given)
        except NothingToUse:
            waiting = replace(query, eligible=_NOT_BEGUN)
            with suppress(NothingToUse):
                return replace(self._choose(source, waiting, given), reason=Reason.AWAITED)
            raise
        is_at_work = choice.records[0].status is RunStatus.RUNNING
        return replace(choice, reason=Reason.AWAITED) if is_at_work else choice

    def _choose(self, source: Source, query: RunQuery, given: GivenDependency | None) -> RunChoice:
        index, force = self._context.index, self._context.force
        if given is None:
            choose = choose_set if source.is_multi else choose_run
            return choose_preferred(index, query, self._context.preferred, several=source.is_multi) or choose(
                index, query
            )
        if given.expression is not None:
            narrowed = query.with_expression(given.expression, self._names)
            if source.is_multi:
                return choose_set(index, narrowed)
            return replace(choose_run(index, narrowed), reason=given.expression)  # the rule alone would not choose it
        if not given.refs:
            raise NothingToUse("no run is named; give an id, or leave it out")
        refs = given.refs if source.is_multi else (_only_ref(given),)
        if given.recorded:
            return replace(_choose_recorded(index, query, refs), reason=given.recorded)
        return choose_named(index, query, refs, force=force)

    def _link(self, dependency: Dependency, source: Source, records: Sequence[RunRecord]) -> tuple[TakenFile, ...]:
        links = link_runs(dependency, source, records, self._fill_in)
        summaries = self._context.index.summaries([record.dir for record in records])
        text = json.dumps(describe_runs(records, summaries), indent=2, allow_nan=False) + "\n"
        path = os.path.join(os.path.dirname(links[0].path), RUNS_FILE)
        return (*links, TakenFile(path=path, content=text.encode(), word=RUNS_FILE))

    def _files_of(
        self, dependency: Dependency, source: Source, folder: str, default: Sequence[str]
    ) -> tuple[TakenFile, ...]:
        paths = selected_paths(folder, source.select) if source.select else default
        return take(dependency, source, folder, paths, self._fill_in, is_closed=True)

    def _check(self, source: Source, resolved: ResolvedSource) -> ResolvedSource:
        if resolved.files or source.kind is SourceKind.MODULE:
            return resolved
        what = nothing_taken(source)
        if source.fail_if_empty:
            raise NothingToUse(what)
        if source.warn_if_empty:
            self.notes.append(what)
        return resolved

    def _note_passed_over(self, source: Source, choice: RunChoice) -> None:
        for record in choice.passed_over:
            self.notes.append(f"the marked run {record.dir.short_id} of {source.value} is {record.status}, so not used")


def nothing_taken(source: Source) -> str:
    """Say that no file of a source is taken."""
    wanted = " or ".join(repr(each.pattern) for each in source.select)
    return f"no file of {source.resolving_name} is taken" + (f": none matches {wanted}" if wanted else "")


def _existing_folder(given: GivenDependency | None, runs: str) -> str | None:
    """Return the folder that is given in place of a run, if it is not a run of the home."""
    if given is None or len(given.refs) != 1 or os.sep not in given.refs[0]:
        return None
    folder = os.path.realpath(os.path.expanduser(given.refs[0]))
    return folder if os.path.isdir(folder) and os.path.dirname(folder) != os.path.realpath(runs) else None


def _only_ref(given: GivenDependency) -> str:
    """Return the name of the run; several words are one label, unless they look like ids."""
    if len(given.refs) > 1 and (given.text.split() != list(given.refs) or all(map(looks_like_id, given.refs))):
        raise NothingToUse(f"it takes one run, not {len(given.refs)}; give one id")
    return given.text.strip() if len(given.refs) > 1 else given.refs[0]


def _choose_recorded(index: Index, query: RunQuery, ids: Sequence[str]) -> RunChoice:
    """Return the runs that an earlier start used, whatever their status is now."""
    try:
        return choose_named(index, query, ids, force=True)
    except NothingToUse as error:
        absent = (id for id in ids if is_run_id(id) and not index.ids(RunFilter(where=f"id = {quote(id)}")))  # noqa: A001 - the word of the field
        gone = next(absent, None)
        if gone is None:
            raise
        raise NothingToUse(
            f"run {gone[:SHORT_ID_LENGTH]}, which it used the last time, is deleted; restore it, or choose anew with "
            f"--reselect"
        ) from error
