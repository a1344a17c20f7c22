"""A project's Guild file: its operations, found by name."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from guild_ipy.domain.declarations.dependency import SourceKind
from guild_ipy.domain.declarations.operation_def import OperationDef, StepsMain
from guild_ipy.errors import GuildFileError, UsageError
from guild_ipy.operations.guildfile.defining.models import WrongOperation, default_models, read_operations
from guild_ipy.operations.guildfile.reading.items import read_guild_file_bytes, read_items


@dataclass(frozen=True, kw_only=True)
class GuildFile:
    """The operations of one file."""

    path: str
    operations: tuple[OperationDef, ...] = ()
    wrong: tuple[WrongOperation, ...] = ()
    """Operations that cannot be run, but whose names are known."""
    problems: tuple[GuildFileError, ...] = ()
    """Errors in parts of the file that cannot be read, so that not all operations are known."""
    default_models: frozenset[str] = frozenset()
    """Models whose operations are named without the model."""

    def find(self, word: str) -> OperationDef | None:
        """Find an operation by ``model:name``, or by its name if that is unambiguous.

        Raises
        ------
        GuildFileError
            If the operation is invalid.
        UsageError
            If several models have an operation of that name.
        """
        found = self._find(word)
        if isinstance(found, WrongOperation):
            raise found.error
        return found

    def _find(self, word: str) -> OperationDef | WrongOperation | None:
        exact = next((each for each in self._all if each.full_name == word), None)
        if exact is not None:
            return exact
        named = [each for each in self._all if each.name == word]
        preferred = [each for each in named if each.model in self.default_models]
        found = preferred or named
        if len(found) > 1:
            names = ", ".join(each.full_name for each in found)
            raise UsageError(f"several models have an operation {word!r}; name one of {names}")
        return found[0] if found else None

    @property
    def default(self) -> OperationDef | None:
        """The operation that is run where none is named; GuildFileError if it is invalid."""
        said = [each for each in self.operations if each.model in self.default_models and each.is_default]
        if said:
            return said[0]
        public = [each for each in self._all if each.model in self.default_models and not each.name.startswith("_")]
        return self.find(public[0].full_name) if len(public) == 1 else None

    @property
    def _all(self) -> tuple[OperationDef | WrongOperation, ...]:
        return (*self.operations, *self.wrong)

    @property
    def names(self) -> list[str]:
        """The names by which operations are run."""
        return [self.name_of(each) for each in self._all]

    def name_of(self, operation: OperationDef | WrongOperation) -> str:
        """Return the shortest name that means an operation."""
        same = [each for each in self._all if each.name == operation.name]
        is_clear = operation.model in self.default_models and sum(e.model in self.default_models for e in same) == 1
        return operation.name if is_clear or len(same) == 1 else operation.full_name


def read_guild_file(path: str) -> GuildFile:
    """Read a Guild file; errors in it are kept with the operations that they concern.

    Raises
    ------
    GuildFileError
        If it cannot be read at all.
    """
    path = os.path.abspath(path)
    content = read_guild_file_bytes(path)
    read = read_items(path, content)
    version = hashlib.md5(content, usedforsecurity=False).hexdigest()
    try:
        found = read_operations(read.items, path, os.path.dirname(path), version)
        circles = _find_circles(found.operations)
    except RecursionError as error:
        shown = os.path.basename(path)
        raise GuildFileError("too many models or operations lead to each other; make it simpler", path=shown) from error
    wrong = [
        WrongOperation(name=each.name, model=each.model, error=circles[each.full_name])
        for each in found.operations
        if each.full_name in circles
    ]
    return GuildFile(
        path=path,
        operations=tuple(each for each in found.operations if each.full_name not in circles),
        wrong=(*found.wrong, *wrong),
        problems=(*read.problems, *found.problems),
        default_models=default_models(read.items),
    )


# -- circles

_Edges = Callable[[OperationDef], Iterable[tuple[str, str]]]
"""Returns the operations that one waits for, and the places that say so."""


def _find_circles(operations: Sequence[OperationDef]) -> dict[str, GuildFileError]:
    """Find operations that wait for each other: for runs that can never be there, or for steps that never end."""
    return {
        **_find_in(operations, _required, "require each other in a circle", "make one of the sources 'optional: yes'"),
        **_find_in(operations, _steps, "are steps of each other in a circle", "leave one of the steps out"),
    }


def _required(operation: OperationDef) -> Iterator[tuple[str, str]]:
    """Return the operations of which one requires a run, with the place; a choice of several names is no circle."""
    for dependency in operation.requires:
        for source in dependency.sources:
            if source.kind is SourceKind.OPERATION and not source.optional and "," not in source.value:
                yield source.value, dependency.origin


def _steps(operation: OperationDef) -> Iterator[tuple[str, str]]:
    if isinstance(operation.main, StepsMain):
        yield from ((step.operation, step.origin) for step in operation.main.steps)


def _find_in(operations: Sequence[OperationDef], edges: _Edges, problem: str, advice: str) -> dict[str, GuildFileError]:
    known = {operation.full_name: operation for operation in operations}
    done: set[str] = set()
    found: dict[str, GuildFileError] = {}

    def visit(operation: OperationDef, chain: tuple[str, ...]) -> None:
        for word, origin in edges(operation):
            target = known.get(word) or known.get(f"{operation.model}:{word}")
            if target is None or target.full_name in done:
                continue
            if target.full_name not in chain:
                visit(target, (*chain, target.full_name))
                continue
            names = chain[chain.index(target.full_name) :]
            circle = " -> ".join((*names, target.full_name))
            error = GuildFileError.at(origin, f"operations {problem}: {circle}; {advice}")
            found.update({name: error for name in names if name not in found})
        done.add(operation.full_name)

    for operation in operations:
        if operation.full_name not in done:
            visit(operation, (operation.full_name,))
    return found
