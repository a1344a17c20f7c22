"""What a Guild file says about a search: optimizers by names of its own, operations that are optimizers, objectives."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guild_ipy.batch.search.search_options import SearchOptions, check_optimizer, known_optimizer
from guild_ipy.domain.declarations.search_def import OptimizerDef, SearchDef
from guild_ipy.errors import OperationNotFound
from guild_ipy.operations.find_operation import find_operation
from guild_ipy.operations.guildfile.guildfile_operation import GuildFileOperation
from guild_ipy.operations.operation import Operation
from guild_ipy.operations.search_context import SearchContext


@dataclass(frozen=True, kw_only=True)
class DeclaredSearch:
    """A search as it is asked for, with what the Guild file says besides."""

    options: SearchOptions
    own: OptimizerDef | None = None
    """The operation that sees to the trials in place of an optimizer that is known here."""
    most_trials: int | None = None
    """How many trials are made where the user does not say it."""


def declare_search(operation: Operation, asked: SearchOptions, context: SearchContext) -> DeclaredSearch:
    """Return how an operation is searched.

    Raises
    ------
    UsageError
        For an optimizer that is not known here, declared in the Guild file, or an operation.
    """
    declared = operation.definition.search if isinstance(operation, GuildFileOperation) else SearchDef()
    objectives = asked.objectives or (() if declared.objective is None else (declared.objective,))
    asked = replace(asked, objectives=objectives)
    if asked.optimizer is None:
        return DeclaredSearch(options=asked, most_trials=declared.most_trials)
    found = declared.find(asked.optimizer)
    known = known_optimizer(found.algorithm)
    if known is None:
        return DeclaredSearch(options=asked, own=_find_own(found, context), most_trials=declared.most_trials)
    return DeclaredSearch(options=replace(asked, optimizer=known), most_trials=declared.most_trials)


def _find_own(found: OptimizerDef, context: SearchContext) -> OptimizerDef:
    """Check that the algorithm of an optimizer is an operation."""
    try:
        operation = find_operation(found.algorithm, context)
    except OperationNotFound:
        operation = None
    if not isinstance(operation, GuildFileOperation):
        check_optimizer(found.algorithm)
    return found
