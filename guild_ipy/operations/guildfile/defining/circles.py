"""Operations that wait for each other: required runs that can never be there, pipelines that never end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from guild_ipy.domain.declarations.dependency import SourceKind
from guild_ipy.domain.declarations.operation_def import OperationDef, StepsMain
from guild_ipy.errors import GuildFileError

Edges = Callable[[OperationDef], Iterable[tuple[str, str]]]


def find_circles(operations: Sequence[OperationDef]) -> dict[str, GuildFileError]:
    """Find operations that require each other, or are steps of each other, by their full names."""
    return {
        **_find(operations, _required, "require each other in a circle", "make one of the sources 'optional: yes'"),
        **_find(operations, _steps, "are steps of each other in a circle", "leave one of the steps out"),
    }


def _required(operation: OperationDef) -> Iterator[tuple[str, str]]:
    """Return the operations that one needs a run of, with the place that says so; of several names any will do."""
    for dependency in operation.requires:
        for source in dependency.sources:
            if source.kind is SourceKind.OPERATION and not source.optional and "," not in source.value:
                yield source.value, dependency.origin


def _steps(operation: OperationDef) -> Iterator[tuple[str, str]]:
    if isinstance(operation.main, StepsMain):
        yield from ((step.operation, step.origin) for step in operation.main.steps)


def _find(operations: Sequence[OperationDef], edges: Edges, problem: str, advice: str) -> dict[str, GuildFileError]:
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
