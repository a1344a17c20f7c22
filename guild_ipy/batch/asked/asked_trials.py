"""From what the user asks ``run`` for to the flags of each trial.

What is given is read first, since the run that stands for all trials is planned with the values of the first one. Then
each value is checked by the operation, and recorded as the flag of a run would be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from guild_ipy.batch.asked.flag_names import FlagNames, of_one_value
from guild_ipy.batch.asked.given_runs import GivenRuns
from guild_ipy.batch.asked.trial_rows import read_rows
from guild_ipy.batch.grid import Grid
from guild_ipy.batch.search.search_space import Space, record_space
from guild_ipy.batch.sequences import may_be_sequence
from guild_ipy.domain.declarations.dependency import Source
from guild_ipy.domain.values.flags import FlagDef, Flags, FlagType, FlagValue
from guild_ipy.errors import FlagError
from guild_ipy.launching.new_run import PlannedRun, RunRequest, requires_of
from guild_ipy.operations.dependencies.given_dependencies import (
    GivenDependency,
    find_sources,
    parse_given,
    split_given,
)
from guild_ipy.operations.find_operation import find_operation
from guild_ipy.operations.flag_values.typed_text import FlagText, parse_flag_value
from guild_ipy.operations.functions.cell import CellOperation, bind_cell
from guild_ipy.operations.functions.function import FunctionOperation
from guild_ipy.operations.guildfile.guildfile_operation import GuildFileOperation
from guild_ipy.operations.operation import Operation
from guild_ipy.session.session import Session


@dataclass(frozen=True, kw_only=True)
class AskedTrials:
    """The values of flags as they are given, under the names by which they are recorded."""

    operation: Operation
    request: RunRequest
    """What all trials have; arguments of a function are given by name."""
    sequences: Mapping[str, Sequence[Any]]
    """The values of flags that ask for several trials."""
    spaces: Mapping[str, Space]
    """The flags that are searched for."""
    listed: Sequence[Mapping[str, Any]]
    """Trials that are listed one by one; one without flags if there are none."""

    @property
    def is_batch(self) -> bool:
        """Whether more than one run is asked for."""
        return bool(self.sequences or self.spaces) or list(self.listed) != [{}]

    def count(self, limit: int | None) -> int:
        """Return how many trials there are, at most `limit`; UsageError for more than can be made."""
        return Grid(values=self.sequences, spaces=self.spaces, listed=self.listed).count(limit)

    @property
    def base(self) -> dict[str, Any]:
        """The flags of a trial that its row may replace."""
        firsts = {name: values[0] for name, values in self.sequences.items()}
        return {**self.request.flags, **firsts, **{name: space.examples[0] for name, space in self.spaces.items()}}

    @property
    def first(self) -> RunRequest:
        """The request for the first trial; texts among the values of the others may name variables that it needs."""
        searched = (space.examples for space in self.spaces.values())
        values = [*self.sequences.values(), *searched, *(row.values() for row in self.listed)]
        texts = tuple(str(_plain(value)) for each in values for value in each if isinstance(value, str))
        spec = replace(self.request.spec, other_texts=tuple(dict.fromkeys(texts)))
        return replace(self.request, spec=spec, flags={**self.base, **self.listed[0]})


def read_asked(session: Session, request: RunRequest, trials: Any) -> AskedTrials:  # noqa: ANN401 - see read_rows
    """Read what is given; `trials` is what lists them one by one, or None.

    Raises
    ------
    OperationNotFound, FlagError, UsageError
    """
    operation = find_operation(request.operation, session.search_context)
    request = _by_name(request, operation)
    names = _names_of(session, request, operation)
    request = replace(request, flags=names.recorded(request.flags))
    sequences, spaces = dict(names.sequences(request.flags)), dict(names.spaces(request.flags))
    flags = {name: value for name, value in request.flags.items() if name not in {*sequences, *spaces}}
    listed = [{}] if trials is None else [names.recorded(row) for row in read_rows(trials)]
    twice = next((name for name in (*sequences, *spaces) if any(name in row for row in listed)), None)
    if twice is not None:
        raise FlagError(
            f"flag {twice!r} is given a {'list' if twice in sequences else 'space'}, and a value in each trial that is "
            f"listed; leave one out",
            flag=twice,
        )
    if isinstance(operation, GuildFileOperation):
        sequences |= _default_sequences(operation, {*request.flags, *(name for row in listed for name in row)})
    return AskedTrials(
        operation=operation,
        request=replace(request, flags=flags),
        sequences=sequences,
        spaces=spaces,
        listed=listed,
    )


def record_asked(session: Session, planned: PlannedRun, asked: AskedTrials, *, finds_runs: bool = True) -> Grid:
    """Check each value, and return the values that are recorded.

    Without `finds_runs` runs that are given for dependencies, which may not be there yet, stay as they are given.

    Raises
    ------
    FlagError
        For a value that the operation does not take, or that cannot be recorded.
    DependencyError
        For a run that is given for a dependency, and cannot be used.
    """
    return _Recorder(session, planned, asked, finds_runs=finds_runs).grid()


def _names_of(session: Session, request: RunRequest, operation: Operation) -> FlagNames:
    context, flags, name = session.search_context, operation.flags, operation.name
    if isinstance(operation, CellOperation) and any(map(may_be_sequence, request.flags.values())):
        flags = bind_cell(operation, {}, context.notebook).flag_defs
    if isinstance(operation, CellOperation | FunctionOperation):
        name = f"{name}()"
    if isinstance(operation, GuildFileOperation):
        flags = tuple(map(of_one_value, flags))
    requires = requires_of(operation, request, context)
    return FlagNames(operation=name, flags={flag.name: flag for flag in flags}, requires=requires)


def _by_name(request: RunRequest, operation: Operation) -> RunRequest:
    """Return a request with arguments by name, where one of them may be a sequence."""
    args, flags = request.args, request.flags
    if not isinstance(operation, FunctionOperation) or not any(map(may_be_sequence, args)):
        return request
    names = operation.interface.positional
    if len(args) > len(names) or flags.keys() & {*names[: len(args)]}:
        return request
    return replace(request, args=(), flags={**dict(zip(names, args, strict=False)), **flags})


def _default_sequences(operation: Operation, given: Collection[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for flag in operation.flags:
        if flag.name in given or not isinstance(flag.default, list) or flag.type is FlagType.LIST:
            continue
        if not flag.default:
            raise FlagError(
                f"flag {flag.name!r} of {operation.name} has an empty list as default, which makes no trial; "
                f"give {flag.name}=...",
                flag=flag.name,
            )
        found[flag.name] = list(flag.default)
    return found


def _plain(value: str) -> FlagValue:
    return parse_flag_value(value, FlagType.STRING) if isinstance(value, FlagText) else value


class _Recorder:
    """Checks and records what is asked for."""

    def __init__(self, session: Session, planned: PlannedRun, asked: AskedTrials, *, finds_runs: bool) -> None:
        self._planned = planned
        self._finds_runs = finds_runs
        self._asked = asked
        self._own = frozenset(flag.name for flag in planned.template.flag_defs)
        self._runs = GivenRuns(session=session, requires=planned.requires, force=asked.request.force_deps)
        self._found: dict[tuple[Source, GivenDependency], str] = {}

    def grid(self) -> Grid:
        asked = self._asked
        base = asked.base | (dict(asked.listed[0]) if asked.listed else {})
        values = {
            name: [self._record_one(base, name, value) for value in given] for name, given in asked.sequences.items()
        }
        spaces = {
            name: record_space(space, self._define(name), partial(self._record_one, base, name))
            for name, space in asked.spaces.items()
        }
        names = sorted({name for row in asked.listed for name in row})
        rows = [self._row(number, row, names) for number, row in enumerate(asked.listed, start=1)]
        return Grid(values=values, spaces=spaces, listed=rows)

    def _record_one(self, base: Mapping[str, Any], name: str, value: Any) -> FlagValue:  # noqa: ANN401 - as it was given
        return self._record({**base, name: value}, [name])[name]

    def _define(self, name: str) -> FlagDef:
        flags = self._planned.template.flag_defs
        return next((flag for flag in flags if flag.name == name), FlagDef(name=name))

    def _row(self, number: int, row: Mapping[str, Any], names: Sequence[str]) -> Flags:
        if not names:
            return {}
        try:
            return self._record({**self._asked.base, **row}, names)
        except FlagError as error:
            raise FlagError(f"trial {number}: {error}", flag=error.flag) from error

    def _record(self, values: Mapping[str, Any], names: Iterable[str]) -> dict[str, FlagValue]:
        """Return the recorded values of some flags, and of dependencies."""
        planned = self._planned
        given, flags = split_given(planned.requires, values, self._own)
        bound = planned.template.check(flags)
        found: dict[str, FlagValue] = {}
        for name in names:
            source = None if name in self._own else next(find_sources(planned.requires, name), None)
            if source is not None:
                found[name] = self._find_runs(source, given, bound) if self._finds_runs else str(values[name])
            elif name in bound:
                found[name] = bound[name]
            elif name in values:
                kind = type(values[name]).__name__
                raise FlagError(f"flag {name!r} is not recorded, so it cannot be a {kind} in a batch", flag=name)
            else:
                raise FlagError(f"flag {name!r} has no default; give it for each trial", flag=name)
        return found

    def _find_runs(self, source: Source, given: Mapping[Source, Any], flags: Flags) -> str:
        key = (source, parse_given(given[source])) if source in given else None
        found = self._found.get(key) if key is not None else None
        if found is None:
            found = self._runs.find(source, given, flags)
        if key is not None:
            self._found[key] = found
        return found
