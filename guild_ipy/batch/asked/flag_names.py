"""The names under which an operation takes values, and which of these values ask for several trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.batch.search.search_space import Space, read_space
from guild_ipy.batch.sequences import may_be_sequence, read_sequence
from guild_ipy.domain.declarations.dependency import Dependency, Source
from guild_ipy.domain.values.flags import FlagDef, FlagType
from guild_ipy.engine.run_files.dependency_attrs import recorded_name
from guild_ipy.errors import FlagError
from guild_ipy.operations.dependencies.given_dependencies import find_sources
from guild_ipy.operations.flag_values.flag_binding import find_flag_name
from guild_ipy.operations.flag_values.typed_text import FlagText, split_list


@dataclass(frozen=True, kw_only=True)
class FlagNames:
    """The flags of an operation, and its dependencies, for which runs can be given as for flags."""

    operation: str
    """Its name in messages."""
    flags: Mapping[str, FlagDef]
    requires: Sequence[Dependency]

    def recorded(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return values under the names by which they are recorded; one that is given twice keeps its name."""
        found: dict[str, Any] = {}
        for word, value in given.items():
            name = self.recorded_name(word)
            found[word if name in found else name] = value
        return found

    def recorded_name(self, word: str) -> str:
        """Return the name under which a flag or a dependency is recorded; the word itself if it is neither."""
        name = find_flag_name(word, self.flags)
        if name is not None:
            return name
        source = self.find_source(word)
        return word if source is None else recorded_name(source, self.flags)

    def find_source(self, name: str) -> Source | None:
        """Find the source that runs are given for under a name, if the name is not that of a flag."""
        sources = [] if name in self.flags else list(find_sources(self.requires, name))
        return sources[0] if len(sources) == 1 else None

    def sequences(self, flags: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
        """Return the values of the flags that ask for several trials.

        Raises
        ------
        FlagError
            For an empty list, and a function with wrong arguments.
        """
        for name, given in flags.items():
            values = self._read(name, given) if may_be_sequence(given) else None
            if values is not None:
                yield name, values

    def spaces(self, flags: Mapping[str, Any]) -> Iterator[tuple[str, Space]]:
        """Return the spaces of the flags that are searched for.

        Raises
        ------
        FlagError
            For a space that has no values.
        """
        for name, given in flags.items():
            definition = self.flags.get(name) or FlagDef(name=name)
            space = read_space(definition, given, self.operation) if self.find_source(name) is None else None
            if space is not None:
                yield name, space

    def _read(self, name: str, given: Any) -> list[Any] | None:  # noqa: ANN401 - as it was given
        source = self.find_source(name)
        if source is not None and isinstance(given, Space):
            raise FlagError(f"{name!r} of {self.operation} takes runs, not {given}; give a list of runs", flag=name)
        if source is None:
            return read_sequence(self.flags.get(name) or FlagDef(name=name), given, self.operation)
        if source.is_multi:  # a list of runs is one value
            return read_sequence(FlagDef(name=name, type=FlagType.LIST), given, self.operation)
        values: list[Any] | None = split_list(given) if isinstance(given, FlagText) else list(given)
        if values is not None and not values:
            raise FlagError(f"{name!r} of {self.operation} is given an empty list; give runs", flag=name)
        return values


def of_one_value(flag: FlagDef) -> FlagDef:
    """Return a flag of a Guild file, where a list as default asks for several trials, with the first as default."""
    default = flag.default
    if not isinstance(default, list) or flag.type is FlagType.LIST:
        return flag
    return replace(flag, default=default[0] if default else None)
