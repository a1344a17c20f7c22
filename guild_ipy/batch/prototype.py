"""The prototype of a batch: the run in ``.guild/proto``, whose flags have a list of values each.

Guild AI 0.9.0 recognizes a batch by it. It is a complete run directory but for its dependencies: which runs they are is
recorded, and their files are placed in each trial. Trials that were listed one by one are its attribute ``trials``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from guild_ipy.batch.grid import Grid
from guild_ipy.batch.search.search_space import parse_recorded_space
from guild_ipy.batch.sequences import may_be_sequence, read_sequence
from guild_ipy.domain.declarations.dependency import Dependency, Source
from guild_ipy.domain.run_spec import RunSpec
from guild_ipy.domain.values.flags import FlagDef, Flags, FlagValue, flags_key
from guild_ipy.domain.values.list_text import as_recorded, as_values
from guild_ipy.engine.meta import JobMeta, differing_flags, require_meta
from guild_ipy.engine.run_files.dependency_attrs import dependency_flags, encode_reasons
from guild_ipy.engine.run_files.job_files import job_meta
from guild_ipy.engine.run_files.prepare import fill_run_dir
from guild_ipy.errors import DamagedRun
from guild_ipy.launching.changed_flags import change_flags
from guild_ipy.launching.recorded_template import RecordedInterface
from guild_ipy.launching.restart_dependencies import read_requires
from guild_ipy.operations.dependencies.given_dependencies import split_given
from guild_ipy.operations.flag_values.flag_binding import takes_list
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.attrs import delete_attr, write_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.used_runs.deps import DEPENDENCIES

#: Of a prototype: the trials that were listed, as maps of flags. Of a batch: the ids of its trials.
TRIALS = "trials"
_OTHER = object()


@dataclass(frozen=True, kw_only=True)
class TrialFlags:
    """The flags of a trial."""

    varied: Mapping[str, FlagValue]
    """Those that are its own, among them runs that are given for dependencies."""
    given: Mapping[Source, Any]
    """The runs that are given for dependencies."""
    meta: JobMeta
    """The program with these flags."""


class Prototype:
    """The prototype of a batch that is there.

    Parameters
    ----------
    batch
        The batch.
    made
        The directory of one that is to take its place.
    """

    def __init__(self, batch: RunDir, made: RunDir | None = None) -> None:
        self.run = Run(made or RunDir(batch.proto))

    @cached_property
    def meta(self) -> JobMeta:
        """The program of its trials, with lists for flags."""
        return require_meta(self.run.dir)

    @cached_property
    def requires(self) -> tuple[Dependency, ...]:
        """What its trials depend on."""
        return read_requires(self.run)

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(flag.name for flag in self.meta.flag_defs)

    @cached_property
    def _interface(self) -> RecordedInterface:
        return RecordedInterface(self.run.dir, self.meta)

    def trials(self, grid: Grid, limit: int | None, seed: int) -> Iterator[TrialFlags]:
        """Return the flags of all trials of a grid, in their order.

        Raises
        ------
        FlagError
            For a value that the operation does not take.
        UsageError
            If they are more than can be made.
        """
        return map(self.trial, grid.rows(limit, seed=seed))

    def trial(self, row: Mapping[str, FlagValue]) -> TrialFlags:
        """Return the flags of a trial by those that are its own.

        Raises
        ------
        FlagError
            For a value that the operation does not take.
        """
        given, flags = split_given(self.requires, row, self._own)
        meta = replace(self.meta, flags={**self.meta.flags, **flags})  # without lists, which may be long
        return TrialFlags(varied=row, given=given, meta=change_flags(meta, self.run, flags, self._interface))

    def fixed_flags(self, grid: Grid) -> Flags:
        """Return the flags that are the same for all trials of a grid."""
        flags: Flags = self.run.get("flags") or {}
        return {name: value for name, value in flags.items() if name not in grid.names}

    def searched_with(self, grid: Grid) -> Flags:
        """Return the fixed flags by which a search is known; those that came with another source, and stay, are not."""
        added = self.meta.added_flags
        return {name: value for name, value in self.fixed_flags(grid).items() if added.get(name, _OTHER) != value}

    def has(self, spec: RunSpec, grid: Grid) -> bool:
        """Whether its trials are those of a grid; `spec` is that of the first trial."""
        meta = job_meta(replace(spec, dependencies=()))
        recorded = _as_recorded(grid, meta)
        used = dependency_flags(spec.dependencies, spec.flags)
        flags = {**meta.recorded_flags, **used, **recorded.all_values}
        listed = list(recorded.listed) if grid.is_listed else None
        own: dict[str, Any] = {"flags": self.run.get("flags"), "trials": self.run.get(TRIALS)}
        return self.run.opref == spec.opref and flags_key(own) == flags_key(dict[str, Any](flags=flags, trials=listed))

    def read_grid(self, varied: tuple[str, ...]) -> Grid:
        """Return the values of the flags that vary, which Guild AI may have changed.

        `varied` are those that varied when the batch was last started. Elsewhere a list is the values of trials if it
        cannot be one value of the flag.

        Raises
        ------
        DamagedRun
            If they cannot be read.
        """
        flags = self.run.get("flags")
        if not isinstance(flags, dict):
            raise DamagedRun(self.run.dir.attr("flags"), "it is not a map of flags")
        values = {
            name: [self._read({name: item})[name] for item in found]
            for name, found in self._expand(flags).items()
            if isinstance(found, list) and found and (name in varied or self._must_vary(name))
        }
        spaces = {
            name: space
            for name, text in flags.items()
            if isinstance(text, str)
            and (name in varied or self._is_changed(name))
            and (space := parse_recorded_space(text))
        }
        listed = self.run.get(TRIALS)
        if listed is None:
            return Grid(values=values, spaces=spaces)
        if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
            raise DamagedRun(self.run.dir.attr(TRIALS), "it is not a list of maps")
        return Grid(values=values, spaces=spaces, listed=[self._read(row) for row in listed])

    def _is_changed(self, name: str) -> bool:
        """Whether Guild AI has changed a flag of a script since."""
        return self.meta.program.is_file and name in differing_flags(self.meta)

    def _must_vary(self, name: str) -> bool:
        definition = next((flag for flag in self.meta.flag_defs if flag.name == name), None)
        return self.meta.program.is_file or (definition is not None and not takes_list(definition))

    def _expand(self, flags: Flags) -> dict[str, Any]:
        """Return flags, where functions that Guild AI has written since are the lists that they stand for."""
        if not self.meta.program.is_file:
            return dict(flags)
        changed, known = differing_flags(self.meta), {flag.name: flag for flag in self.meta.flag_defs}
        texts = {name: FlagText(value) for name, value in flags.items() if name in changed and isinstance(value, str)}
        read = {
            name: read_sequence(known.get(name) or FlagDef(name=name), text, self.meta.operation)
            for name, text in texts.items()
            if may_be_sequence(text)
        }
        return {**flags, **{name: values for name, values in read.items() if values is not None}}

    def _read(self, flags: Flags) -> Flags:
        return as_values(flags, self.meta.flag_defs) if self.meta.program.is_file else flags


def write_prototype(home: Home, batch: RunDir, spec: RunSpec, grid: Grid) -> None:
    """Write the prototype of a batch; `spec` is that of its first trial.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    proto = RunDir(batch.proto)
    for folder in (proto.path, proto.guild, proto.attrs, proto.job, proto.tmp):
        os.mkdir(folder)
    bare = replace(spec, dependencies=())
    meta = job_meta(bare)
    fill_run_dir(home, proto, bare, meta)
    write_attr(proto, "id", "proto")
    if spec.dependencies:
        write_attr(proto, DEPENDENCIES, encode_reasons(spec.dependencies))
        used = dependency_flags(spec.dependencies, spec.flags)
        write_attr(proto, "flags", {**meta.recorded_flags, **used})
    write_grid(proto, meta, grid)


def write_grid(proto: RunDir, meta: JobMeta, grid: Grid) -> None:
    """Write the values of the flags that vary into a prototype."""
    run, recorded = Run(proto), _as_recorded(grid, meta)
    first = dict(recorded.listed[0])  # in place of lists that were there before
    for name in ("flags", "user_flags"):
        write_attr(proto, name, {**(run.get(name) or {}), **first, **recorded.all_values})
    if grid.is_listed:
        write_attr(proto, TRIALS, list(recorded.listed))
    else:
        delete_attr(proto, TRIALS)


def _as_recorded(grid: Grid, meta: JobMeta) -> Grid:
    """Return a grid with values as attributes have them."""

    def record(flags: Flags) -> dict[str, FlagValue]:
        return as_recorded(flags, meta.flag_defs) if meta.program.is_file else dict(flags)

    values = {name: [record({name: value})[name] for value in each] for name, each in grid.values.items()}
    return replace(grid, values=values, listed=[record(row) for row in grid.listed])
