"""The trials of a batch that is started again: those on record, with what is given in place of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from guild_ipy.batch.asked.flag_names import FlagNames, of_one_value
from guild_ipy.batch.asked.given_runs import GivenRuns
from guild_ipy.batch.asked.trial_rows import read_rows
from guild_ipy.batch.grid import Grid
from guild_ipy.batch.prototype import Prototype
from guild_ipy.batch.search.search_space import record_space
from guild_ipy.domain.values.flags import FlagDef, Flags, FlagValue
from guild_ipy.errors import FlagError
from guild_ipy.launching.changed_flags import change_flags
from guild_ipy.operations.dependencies.given_dependencies import split_given
from guild_ipy.session.session import Session


class ChangedTrials:
    """Changes the trials of a batch.

    Parameters
    ----------
    prototype, grid
        The batch, and its trials until now.
    """

    def __init__(self, session: Session, prototype: Prototype, grid: Grid) -> None:
        meta = prototype.meta
        flags = meta.flag_defs if meta.command is None else map(of_one_value, meta.flag_defs)
        self._prototype = prototype
        self._grid = grid
        self._names = FlagNames(
            operation=meta.operation, flags={flag.name: flag for flag in flags}, requires=prototype.requires
        )
        self._runs = GivenRuns(session=session, requires=prototype.requires)
        first = {name: space.examples[0] for name, space in grid.all_spaces.items()} | dict(grid.listed[0])
        _, self._first = split_given(prototype.requires, first, self._names.flags.keys())

    def change(self, flags: Mapping[str, Any], trials: Any) -> Grid:  # noqa: ANN401 - see read_rows
        """Return the trials with these flags, and listed by `trials` unless that is None.

        Raises
        ------
        FlagError, UsageError, DependencyError
            For values that the operation does not take.
        """
        given = self._names.recorded(flags)
        sequences, searched = dict(self._names.sequences(given)), dict(self._names.spaces(given))
        listed = self._grid.listed if trials is None else self._rows(read_rows(trials))
        listed = [{name: value for name, value in row.items() if name not in given} for row in listed]
        replaced = {*given, *(name for row in listed for name in row)}
        values = {name: found for name, found in self._grid.values.items() if name not in replaced}
        spaces = {name: space for name, space in self._grid.spaces.items() if name not in replaced}
        for name, value in given.items():
            if name in searched:
                definition = self._names.flags.get(name) or FlagDef(name=name)
                spaces[name] = record_space(searched[name], definition, partial(self._record_one, name))
            else:
                values[name] = [self._record_one(name, each) for each in sequences.get(name, [value])]
        return replace(self._grid, values=values, spaces=spaces, listed=listed)

    def _rows(self, rows: Sequence[Mapping[str, Any]]) -> list[Flags]:
        """Return recorded rows; a flag that others have and one has not gets its default there."""
        named = [self._names.recorded(row) for row in rows]
        names = {name: None for row in named for name in row}
        return [self._row(number, row, list(names)) for number, row in enumerate(named, start=1)]

    def _row(self, number: int, row: Mapping[str, Any], names: Sequence[str]) -> Flags:
        filled = dict(row)
        for name in names:
            definition = self._names.flags.get(name)
            if name not in row:
                if definition is None or definition.required:
                    raise FlagError(f"trial {number}: flag {name!r} has no default; give it for each trial", flag=name)
                filled[name] = definition.default
        try:
            return self._record(filled)
        except FlagError as error:
            if error.operation:  # an unknown flag
                raise
            raise FlagError(f"trial {number}: {error}", flag=error.flag) from error

    def _record_one(self, name: str, value: Any) -> FlagValue:  # noqa: ANN401 - as it was given
        return self._record({name: value})[name]

    def _record(self, row: Mapping[str, Any]) -> dict[str, FlagValue]:
        """Return the values under which some flags are recorded."""
        prototype = self._prototype
        given, flags = split_given(prototype.requires, row, self._names.flags.keys())
        bound = change_flags(prototype.meta, prototype.run, {**self._first, **flags}).flags
        found: dict[str, FlagValue] = {}
        for name in row:
            source = self._names.find_source(name)
            found[name] = bound[name] if source is None else self._runs.find(source, given, bound)
        return found
