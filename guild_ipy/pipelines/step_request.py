"""A step of a pipeline as a request: what one would ask for at a shell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.search.search_options import SearchOptions, read_objectives
from guild_ipy.domain.declarations.step_def import Step, StepBatch
from guild_ipy.domain.values.flags import Flags
from guild_ipy.operations.flag_references import flag_filler
from guild_ipy.operations.spec_options import SpecOptions


def read_batch_options(batch: StepBatch) -> BatchOptions:
    """Return what a step says of its batch.

    Raises
    ------
    UsageError
        For options that do not go together, and names that are not known.
    """
    return BatchOptions(
        trials=batch.trials,
        max_trials=batch.max_trials,
        jobs=batch.jobs,
        fail_on_trial_error=batch.fail_on_trial_error,
        search=SearchOptions(
            optimizer=batch.optimizer,
            objectives=read_objectives(batch.minimize, batch.maximize),
            prune=batch.prune,
            mark_best=batch.mark_best,
            use_prior=batch.use_prior,
        ),
    )


def read_spec_options(step: Step, flags: Flags, given: Mapping[str, Any]) -> SpecOptions:
    """Return the options that a step gives its run; `given` are those of the pipeline, which stand in for its own.

    `flags` are those of the pipeline.
    """
    fill_in = flag_filler(flags)
    label = given.get("label") if step.label is None else fill_in(step.label)
    tags = tuple(map(fill_in, step.tags)) or tuple(given.get("tags") or ())
    return SpecOptions(label=label, tags=tags, random_seed=step.random_seed)
