"""The dependencies of a run that is started again: the same as the last time, unless something else is asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.domain.choosing.chosen_run import Reason
from guild_ipy.domain.declarations.dependency import Dependency, Source, SourceKind, TargetType
from guild_ipy.domain.declarations.dependency_json import decode_requires
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import Flags, FlagValue
from guild_ipy.engine.meta import JobMeta, differing_flags
from guild_ipy.engine.run_files.dependency_attrs import dependency_flags, encode_deps, encode_reasons
from guild_ipy.engine.run_files.place_files import place_dependencies, remove_placed
from guild_ipy.errors import DamagedRun, DependencyError, RunStateError, UsageError
from guild_ipy.launching.found_dependencies import DependencyChoice, find_dependencies
from guild_ipy.operations.dependencies.given_dependencies import GivenDependency, tied_paths
from guild_ipy.operations.dependencies.resolve import Resolution, nothing_taken
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.whole_file import read_bytes
from guild_ipy.store.run_dir import is_run_id
from guild_ipy.store.used_runs.deps import DEPENDENCIES, DEPS, items_of
from guild_ipy.store.used_runs.manifest import read_manifest, write_manifest


@dataclass(frozen=True, kw_only=True)
class ChangedChoice(DependencyChoice):
    """What a restart says about dependencies."""

    reselect: bool = False
    """Choose anew also where nothing is given."""
    takes_again: bool = False
    """Keep the runs, and take their files anew."""


def read_requires(run: Run) -> tuple[Dependency, ...]:
    """Read what the operation of a run requires.

    Raises
    ------
    DamagedRun
        If that cannot be read.
    """
    content = read_bytes(run.dir.requires)
    if content is None:
        return ()
    try:
        return decode_requires(content)
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedRun(run.dir.requires, str(error)) from error


def resolve_again(
    session: Session, run: Run, requires: Sequence[Dependency], meta: JobMeta, choice: ChangedChoice
) -> Resolution | None:
    """Resolve anew where something is given or asked for, was never there, or depends on a flag that is another now.

    The runs of sources for which nothing is given are those of the last time, unless they are chosen anew. None if
    all stays as it is.

    Raises
    ------
    DependencyError
        If something is missing.
    RunStateError
        If all shall stay as it is and one of the runs is deleted that it has links to.
    """
    if choice.reselect and not requires:
        raise UsageError(f"run {run.short_id} depends on no runs; leave --reselect out")
    if not requires and not choice.given:
        return None
    recorded = _read_recorded(run)
    awaited = read_awaited(run)
    if awaited and not (choice.awaits or choice.reselect):
        _check_completed(session, awaited)
    choice = replace(choice, given={**_changed_inputs(run, requires, recorded), **choice.given})
    changed = set(differing_flags(meta))
    is_asked = bool(choice.given or choice.reselect or choice.takes_again or awaited)
    is_same = not (is_asked or any(depends_on(each, changed) for each in requires))
    if is_same and _is_whole(run, requires, recorded):
        _check_members(session, run, requires, recorded)
        return None
    kept = {
        source: _given_again(source, recorded[source.resolving_name])
        for source in _sources(requires)
        if source.resolving_name in recorded and not (choice.reselect and source.kind.is_of_runs)
    }
    return find_dependencies(
        session,
        requires,
        meta.flags,
        replace(choice, given=kept | tied_paths(requires, meta.flags) | dict(choice.given)),
    )


def read_awaited(run: Run) -> dict[str, str]:
    """Return the ids of the runs that a staged run waits for, by the names of sources."""
    recorded = run.get(DEPENDENCIES)
    entries = [each for each in recorded if isinstance(each, dict)] if isinstance(recorded, list) else []
    awaited = [each for each in entries if each.get("reason") == Reason.AWAITED]
    return {str(each.get("source")): id_ for each in awaited for id_ in _recorded_refs(each)[:1]}


def _check_completed(session: Session, awaited: Mapping[str, str]) -> None:
    """Raise DependencyError for the first of these runs that has not completed."""
    for source, id_ in awaited.items():
        run = Run(session.home.run_dir(id_))
        is_there = os.path.exists(run.dir.opref)
        if not is_there or run.status is not RunStatus.COMPLETED:
            state = f"is {run.status}, and has to complete first" if is_there else "was deleted"
            name = source.partition(":")[2] or source
            raise DependencyError(dependency=name, source=source, why=f"run {run.short_id} {state}")


def check_no_cycle(session: Session, run: Run, resolution: Resolution) -> None:
    """Refuse to stage a run that would wait for itself: RunStateError."""
    sources = [source for each in resolution.dependencies for source in each.sources]
    coming = [id_ for source in sources if source.reason == Reason.AWAITED for id_ in source.runs]
    seen: set[str] = set()
    while coming:
        if (id_ := coming.pop()) == run.id:
            raise RunStateError(f"run {run.short_id} would wait for itself; name another run for its dependency")
        if id_ not in seen:
            seen.add(id_)
            coming += read_awaited(Run(session.home.run_dir(id_))).values()


def resolve_as_recorded(
    session: Session, run: Run, requires: Sequence[Dependency], flags: Flags, choice: DependencyChoice
) -> Resolution:
    """Resolve the dependencies of a run to what it has on record, or to what is given in place of that.

    Raises
    ------
    DependencyError
        If something is missing.
    """
    recorded = _read_recorded(run)
    kept = {
        source: _given_again(source, recorded[source.resolving_name])
        for source in _sources(requires)
        if source.resolving_name in recorded
    }
    given = kept | tied_paths(requires, flags) | dict(choice.given)
    return find_dependencies(session, requires, flags, replace(choice, given=given))


def depends_on(dependency: Dependency, flags: AbstractSet[str]) -> bool:
    """Whether what a dependency brings, or where it goes, is another for other values of these flags."""
    texts = [dependency.target_path or ""]
    for source in dependency.sources:
        if flags and source.kind is SourceKind.CONFIG:
            return True
        if source.flag_name in flags and not source.kind.is_of_runs:
            return True
        texts += [source.value, source.target_path or ""]
        texts += [text for each in source.rename for text in (each.pattern, each.replacement)]
    return any(f"${{{name}}}" in text for name in flags for text in texts)


def recorded_notes(run: Run, requires: Sequence[Dependency]) -> tuple[str, ...]:
    """Return the notes about dependencies that stay as they are: which of them have brought no files."""
    used = {name: entry for _, sources in items_of(run.get(DEPS)) for name, entry in items_of(sources)}
    empty = {name for name, entry in used.items() if isinstance(entry, dict) and not entry.get("paths")}
    return tuple(
        nothing_taken(source)
        for source in _sources(requires)
        if source.resolving_name in empty and source.warn_if_empty and source.kind is not SourceKind.MODULE
    )


def replace_dependencies(run: Run, flags: Flags, resolution: Resolution) -> None:
    """Put other runs and files in the place of those that a run has."""
    entries = read_manifest(run.dir)
    remove_placed(run.dir, entries)
    placed = place_dependencies(run.dir, resolution.dependencies)
    write_manifest(run.dir, [*(entry for entry in entries if entry.kind != "d"), *placed])
    write_attr(run.dir, DEPS, encode_deps(run.dir, resolution.dependencies))
    write_attr(run.dir, DEPENDENCIES, encode_reasons(resolution.dependencies))
    write_attr(run.dir, "flags", {**flags, **dependency_flags(resolution.dependencies, flags)})


def recorded_dependency_flags(run: Run, requires: Sequence[Dependency]) -> dict[str, FlagValue]:
    """Return the flags of a run that say what its dependencies use."""
    names = {name for source in _sources(requires) for name in source.recorded_names}
    flags = run.get("flags")
    return {name: value for name, value in flags.items() if name in names} if isinstance(flags, dict) else {}


def _check_members(
    session: Session, run: Run, requires: Sequence[Dependency], recorded: Mapping[str, GivenDependency]
) -> None:
    """Refuse to start a run again that has links to runs which are deleted; RunStateError names the first."""
    for source in _sources(requires):
        if not (source.is_multi or source.target_type is TargetType.LINK):
            continue
        used = recorded.get(source.resolving_name)
        for member in filter(is_run_id, used.refs) if used is not None else ():
            if not os.path.isdir(session.home.run_dir(member).path):
                raise RunStateError(
                    f"run {member[:SHORT_ID_LENGTH]}, which run {run.short_id} was given, is deleted; restore it, "
                    f"or choose anew with --restart {run.short_id} --reselect"
                )


def _sources(requires: Sequence[Dependency]) -> list[Source]:
    return [source for each in requires for source in each.sources]


def _changed_inputs(
    run: Run, requires: Sequence[Dependency], recorded: Mapping[str, GivenDependency]
) -> dict[Source, str]:
    """Return the runs that the flags of a run name in place of those that it has used: by Guild AI, or by hand."""
    flags = recorded_dependency_flags(run, requires)
    found: dict[Source, str] = {}
    for source in _sources(requires):
        used, named = recorded.get(source.resolving_name), flags.get(source.resolving_name)
        if used is None or not source.kind.is_of_runs or source.is_multi or not isinstance(named, str):
            continue
        if named and named not in {used.text, *used.refs}:
            found[source] = named
    return found


def _given_again(source: Source, used: GivenDependency) -> GivenDependency | str:
    """Return what was used as one would give it: runs, or the path of a file."""
    return used if source.kind.is_of_runs else used.text


def _is_whole(run: Run, requires: Sequence[Dependency], recorded: Mapping[str, GivenDependency]) -> bool:
    """Whether each source of runs was resolved, in the last attempt or before, and what was placed is still there."""
    needed = (source for source in _sources(requires) if source.kind.is_of_runs and not source.optional)
    if not all(source.resolving_name in recorded for source in needed):
        return False
    placed = (entry.path for entry in read_manifest(run.dir) if entry.kind == "d") if requires else ()
    return all(os.path.lexists(os.path.join(run.dir.path, path)) for path in placed)


def _read_recorded(run: Run) -> dict[str, GivenDependency]:
    """Return the runs and paths that were used, by the names of sources; what is malformed counts as none."""
    found: dict[str, GivenDependency] = {}
    recorded = run.get(DEPENDENCIES)
    for entry in recorded if isinstance(recorded, list) else ():
        if isinstance(entry, dict) and (refs := _recorded_refs(entry)):
            reason = str(entry.get("reason") or Reason.EXPLICIT)
            reason = Reason.EXPLICIT if reason == Reason.AWAITED else reason
            found[str(entry.get("source"))] = GivenDependency(text=" ".join(refs), refs=refs, recorded=reason)
    return found


def _recorded_refs(entry: Mapping[str, Any]) -> tuple[str, ...]:
    runs, value = entry.get("runs"), entry.get("value")
    ids = tuple(each for each in runs if isinstance(each, str) and is_run_id(each)) if isinstance(runs, list) else ()
    return ids or ((value,) if isinstance(value, str) else ())
