"""What a batch searches for, and where, as its directory says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from itertools import repeat
from typing import Any

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.prototype import Prototype
from guild_ipy.batch.search.random_search import space_of
from guild_ipy.batch.search.search_space import Space, SpaceKind
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.program import BatchProgram
from guild_ipy.domain.values.flags import Flags, FlagValue, value_key
from guild_ipy.engine.meta import program_of, require_meta
from guild_ipy.errors import GuildError, UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.store.run_dir import RunDir

#: So many numbers, and more, are taken for values of a range, and fewer for a list.
_FEW_NUMBERS = 10
#: A range is logarithmic if its ends have this ratio, or a greater one.
_WIDE = 50


def read_objectives(batch: RunDir) -> tuple[Best, ...]:
    """Return what the trials of a batch are compared by; nothing for one that says nothing of it."""
    with suppress(GuildError):
        return BatchOptions.parse(Run(batch).get("run_params")).search.compared_by
    return ()


def read_spaces(batch: RunDir, trials: Sequence[Flags]) -> dict[str, Space]:
    """Return where a batch has searched, for each flag in which its trials differ, by name in sorted order.

    The space of a flag whose values were listed is a choice of them.
    """
    spaces: Mapping[str, Space] = {}
    with suppress(GuildError):  # where it cannot be read, the trials tell their values
        program = program_of(batch, require_meta(batch), BatchProgram)
        spaces = Prototype(batch).read_grid(program.varied).all_spaces
    found = {}
    for name, values in _differing(trials).items():
        space = spaces.get(name)
        found[name] = space if space is not None and _has_all(space, values) else _choice(values)
    return found


def rated_spaces(batch: RunDir | None, runs: Sequence[Flags]) -> dict[str, Space]:
    """Return spaces by which flags can be rated, for each flag in which runs differ, by name in sorted order.

    They are the ranges in which the batch has searched. Where there is none, as for runs of no batch, it is the range
    of many numbers, logarithmic where that spans magnitudes, and for other values a choice of them.
    """
    found = {name: _range(values) or _choice(values) for name, values in _differing(runs).items()}
    searched = {} if batch is None else read_spaces(batch, runs)
    return found | {name: space for name, space in searched.items() if space.kind is not SpaceKind.CHOICE}


def _differing(runs: Sequence[Flags]) -> dict[str, list[FlagValue]]:
    """Return the values of each flag that has several, each value once, by name in sorted order."""
    names = sorted({name for flags in runs for name in flags})
    values = {name: {value_key(flags[name]): flags[name] for flags in runs if name in flags} for name in names}
    return {name: list(found.values()) for name, found in values.items() if len(found) > 1}


def _range(values: Collection[FlagValue]) -> Space | None:
    """Return the range of numbers; None for a few, and for values that are not numbers."""
    numbers = [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(numbers) < max(len(values), _FEW_NUMBERS):
        return None
    low, high = min(numbers), max(numbers)
    if not all(map(isinstance, numbers, repeat(int))):
        low, high = float(low), float(high)
    kind = SpaceKind.LOGUNIFORM if low > 0 and high / low >= _WIDE else SpaceKind.UNIFORM
    with suppress(UsageError):  # they are too large, or are not finite
        return Space(kind=kind, low=low, high=high)
    return None


def _has_all(space: Space, values: Collection[FlagValue]) -> bool:
    """Return whether values are among those of a space; a trial that was listed may have another."""
    if space.kind is SpaceKind.STEP:
        return all(isinstance(each, int | float) and space.nearest(each) == each for each in values)
    return all(map(space.holds, values))


def _choice(values: Collection[FlagValue]) -> Space:
    """Return the space of values: by size, if all are numbers; else in their order."""
    ordered: list[Any] = list(values)
    with suppress(TypeError):
        ordered.sort()
    return space_of(ordered)
