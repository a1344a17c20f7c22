"""What can be known to be wrong with a step before the pipeline begins, and not hours later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from guild_ipy.domain.declarations.operation_def import Step
from guild_ipy.domain.values.flags import Flags
from guild_ipy.errors import GuildError, GuildFileError
from guild_ipy.launching.steps.step_flags import step_flags
from guild_ipy.operations.dependencies.given_dependencies import split_given
from guild_ipy.operations.find_operation import find_operation
from guild_ipy.operations.search_context import SearchContext


def check_steps(steps: Sequence[Step], flags: Flags, context: SearchContext) -> None:
    """Refuse a pipeline with a step whose operation is not there, or does not take the flags that it would get.

    Raises
    ------
    GuildFileError
        For the first such step.
    """
    elsewhere = replace(context, notebook=replace(context.notebook, variables={}, shell=None))
    for step in steps:
        try:
            _check(step, flags, elsewhere)
        except GuildError as error:
            raise GuildFileError.at(step.origin, f"step {step.name!r} cannot be run: {error}") from error


def _check(step: Step, flags: Flags, context: SearchContext) -> None:
    operation = find_operation(step.operation, context)
    own_flags = frozenset(flag.name for flag in operation.flags)
    _, own = split_given(operation.requires, step_flags(step, flags), own_flags)
    operation.check(own)
