"""What the steps of a pipeline would run, and what can be known to be wrong with one, before the pipeline begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from guild_ipy.batch.new_batch import asks_for_batch, describe_trials
from guild_ipy.domain.declarations.step_def import Step, describe_step
from guild_ipy.domain.values.flags import Flags
from guild_ipy.errors import GuildError, GuildFileError
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.operations.dependencies.given_dependencies import split_given
from guild_ipy.operations.find_operation import find_operation
from guild_ipy.operations.notebook import Notebook
from guild_ipy.pipelines.step_flags import step_flags
from guild_ipy.pipelines.step_request import read_batch_options
from guild_ipy.session.session import Session


def plan_steps(session: Session, steps: Sequence[Step], flags: Flags) -> tuple[str, ...]:
    """Return a line on each step of a pipeline with these flags.

    Raises
    ------
    GuildFileError
        For the first step whose operation is not there, or does not take the flags and options that it would get.
    """
    filled = [replace(step, flags=step_flags(step, flags)) for step in steps]
    with _WithoutNotebook(session.settings, home=session.home, settles=session.settles) as elsewhere:
        return tuple(f"step {number}: {_plan(elsewhere, step)}" for number, step in enumerate(filled, start=1))


def _plan(session: Session, step: Step) -> str:
    try:
        trials = _check(session, step)
    except GuildError as error:
        raise GuildFileError.at(step.origin, f"step {step.name!r} cannot be run: {error}") from error
    return f"{describe_step(step)} ({trials})" if trials else describe_step(step)


def _check(session: Session, step: Step) -> str:
    """Check a step with the flags that it gets, and return how many trials it has; empty for one run."""
    request = RunRequest(operation=step.operation, flags=step.flags, plan_steps=plan_steps)
    options = read_batch_options(step.batch)
    if asks_for_batch(session, request, options):
        return describe_trials(session, request, options)
    operation = find_operation(step.operation, session.search_context)
    own_flags = frozenset(flag.name for flag in operation.flags)
    _, own = split_given(operation.requires, step.flags, own_flags)
    operation.check(own)
    return ""


class _WithoutNotebook(Session):
    """A session as the process of a pipeline has it, where no variable of the notebook is an operation."""

    @property
    def notebook(self) -> Notebook:
        """The folder of the project alone."""
        return replace(super().notebook, variables={}, shell=None)
