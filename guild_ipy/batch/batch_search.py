"""What a batch searches for, and where, as its directory says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.prototype import Prototype
from guild_ipy.batch.search.random_search import space_of
from guild_ipy.batch.search.search_space import Space, SpaceKind
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.program import BatchProgram
from guild_ipy.domain.values.flags import Flags, FlagValue, value_key
from guild_ipy.engine.meta import program_of, require_meta
from guild_ipy.errors import GuildError
from guild_ipy.session.run_handle import Run
from guild_ipy.store.run_dir import RunDir


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
    for name in sorted({name for flags in trials for name in flags}):
        values = {value_key(flags[name]): flags[name] for flags in trials if name in flags}
        if len(values) > 1:
            space = spaces.get(name)
            found[name] = space if space is not None and _has_all(space, values.values()) else _choice(values.values())
    return found


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
