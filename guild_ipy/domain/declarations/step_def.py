"""A step of a pipeline: what it runs, and what it says of a batch that it asks for."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from guild_ipy.domain.values.flags import FlagValue, plain_text


@dataclass(frozen=True, kw_only=True)
class StepBatch:
    """The options of a batch that a step asks for, besides its flags; they are those of ``run``."""

    trials: str | None = None
    """The path of a file that lists the trials."""
    max_trials: int | None = None
    jobs: int | None = None
    fail_on_trial_error: bool = False
    optimizer: str | None = None
    minimize: tuple[str, ...] = ()
    maximize: tuple[str, ...] = ()
    prune: str | None = None
    mark_best: bool = False
    use_prior: bool = False

    def words(self) -> Iterator[str]:
        """Return the options that are given, as one would type them."""
        for name, value in vars(self).items():
            option = f"--{name.replace('_', '-')}"
            if value is True:
                yield option
            elif isinstance(value, tuple):
                yield from (word for each in value for word in (option, shlex.quote(each)))
            elif value is not None and value is not False:
                yield from (option, shlex.quote(str(value)))


@dataclass(frozen=True, kw_only=True)
class Step:
    """One run of a pipeline, or a batch."""

    operation: str
    """The name by which it is run."""
    name: str
    """The name of its link in the directory of the pipeline."""
    flags: Mapping[str, FlagValue] = field(default_factory=dict)
    """Text may hold ``${flag}`` of the pipeline."""
    label: str | None = None
    tags: tuple[str, ...] = ()
    random_seed: int | None = None
    isolate_runs: bool = True
    """Whether dependencies of the step use runs of this pipeline only, if it has a suitable one."""
    batch: StepBatch = field(default_factory=StepBatch)
    origin: str = ""
    """Where it was written."""


def describe_step(step: Step) -> str:
    """Write a step as one would run it: ``train lr=0.1``."""
    flags = (f"{name}={plain_text(value)}" for name, value in step.flags.items())
    return " ".join((step.operation, *flags, *step.batch.words()))
