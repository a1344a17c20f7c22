"""What is said about a batch besides flags. The attribute ``run_params`` keeps it, with the names of Guild AI 0.9.0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Self

from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.domain.program import BatchProgram
from guild_ipy.domain.values.dask_address import parse_dask_address
from guild_ipy.errors import UsageError
from guild_ipy.launching.at_work.work_place import WorkPlace
from guild_ipy.session.run_handle import Run

#: The attribute with the size of a sample, where Guild AI keeps it.
MAX_TRIALS = "max_trials"


class Repeat(Enum):
    """Which trials a restart runs again that have run before; the value is the word on disk."""

    ALL = "all"
    NEEDED = "needed"
    """Those that have not completed."""
    FAILED = "failed"
    """Those that ended in an error or were terminated; trials that have never run stay as they are."""


@dataclass(frozen=True, kw_only=True)
class BatchOptions:
    """The options of a batch besides its flags."""

    trials: Any = None
    """The trials themselves: the path of a file, a DataFrame, or maps; None for all combinations of the flags."""
    max_trials: int | None = None
    """Take a sample of so many trials."""
    stage_trials: bool = False
    """Prepare the trials, and run none."""
    jobs: int | None = None
    """How many trials run at a time; None for as many as the last time, at first one."""
    dask: str | None = None
    """The Dask cluster whose workers run the trials; on a restart, empty for this machine again."""
    retry: int | None = None
    """How often a trial is started again that fails; None for as often as the last time, at first never."""
    fail_on_trial_error: bool = False
    """End with the first trial that fails."""
    repeat: Repeat = Repeat.ALL
    takes_again: bool = False
    """Give trials that run again the files anew of the runs that they depend on; those may have been run again."""
    print_trials: bool = False
    """Print the trials, and run nothing."""
    save_trials: str | None = None
    """Save the trials to this file, and run nothing."""
    search: SearchOptions = field(default_factory=SearchOptions)

    def __post_init__(self) -> None:
        """Refuse numbers below 1, and files that could not be read again."""
        if self.save_trials is not None and not self.save_trials.lower().endswith((".csv", ".json")):
            raise UsageError(f"cannot save trials to {self.save_trials!r}; give a file that ends in .csv or .json")
        for name, value in (("max trials", self.max_trials), ("jobs", self.jobs)):
            if value is not None and value < 1:
                raise UsageError(f"{name} {value} is not a number above 0")
        if self.retry is not None and self.retry < 0:
            raise UsageError(f"retry {self.retry} is not a number of times")
        if self.dask:
            parse_dask_address(self.dask)
        if self.search.is_adaptive:
            self._check_search()

    def _check_search(self) -> None:
        """Refuse what goes with trials that are known before the first is run."""
        wrong = {
            "--trials": self.trials is not None,
            "--stage-trials": self.stage_trials,
            "--print-trials": self.print_trials,
            "--save-trials": self.save_trials is not None,
        }
        option = next((option for option, is_given in wrong.items() if is_given), None)
        if option is not None:
            raise UsageError(
                f"optimizer {self.search.optimizer} chooses each trial when those before have ended; leave {option} out"
            )

    @property
    def given(self) -> str:
        """The first of these options that was given, for messages; empty if none was."""
        options = {
            "--trials": self.trials is not None,
            "--max-trials": self.max_trials is not None,
            "--stage-trials": self.stage_trials,
            "--jobs": self.jobs is not None,
            "--dask": self.dask is not None,
            "--retry": self.retry is not None,
            "--fail-on-trial-error": self.fail_on_trial_error,
            "--failed": self.repeat is Repeat.FAILED,
        }
        return next((option for option, is_given in options.items() if is_given), self.search.given)

    @property
    def place(self) -> WorkPlace:
        """Where its trials work, and how many at a time: without a cluster one, if nothing else is said."""
        return WorkPlace(jobs=self.jobs if self.dask else self.jobs or 1, dask=self.dask or None)

    def in_program(self, program: BatchProgram) -> BatchProgram:
        """Return the program with those of the options that it keeps, which :func:`read_options` reads."""
        return replace(program, jobs=self.place.jobs, dask=self.place.dask, retry=self.retry or 0)

    @property
    def only_lists(self) -> bool:
        """Whether the trials are printed or saved, and nothing is run."""
        return self.print_trials or self.save_trials is not None

    def after(self, last: Self) -> Self:
        """Return the options of a restart, where what is not said stays as it was the last time."""
        return replace(
            self,
            max_trials=self.max_trials or last.max_trials,
            jobs=self.jobs or last.jobs,
            dask=last.dask if self.dask is None else self.dask,
            retry=last.retry if self.retry is None else self.retry,
            fail_on_trial_error=self.fail_on_trial_error or last.fail_on_trial_error,
            search=self.search.after(last.search),
        )

    def recorded(self) -> dict[str, object]:
        """Return what the batch keeps of it."""
        return {
            "max_trials": self.max_trials,
            "stage_trials": self.stage_trials,
            "jobs": self.place.jobs,
            "dask": self.place.dask,
            "retry": self.retry or 0,
            "fail_on_trial_error": self.fail_on_trial_error,
            "needed": self.repeat is Repeat.NEEDED,
            "failed": self.repeat is Repeat.FAILED,
            "takes_again": self.takes_again,
            **self.search.recorded(),
        }

    @classmethod
    def parse(cls, recorded: object) -> Self:
        """Read what a batch keeps; what is missing or malformed is as by default."""
        values: Mapping[str, Any] = recorded if isinstance(recorded, Mapping) else {}
        repeat = Repeat.NEEDED if values.get("needed") is True else Repeat.ALL
        return cls(
            max_trials=_count(values.get("max_trials")),
            stage_trials=values.get("stage_trials") is True,
            jobs=_count(values.get("jobs")),
            dask=_text(values.get("dask")),
            retry=_count(values.get("retry")),
            fail_on_trial_error=values.get("fail_on_trial_error") is True,
            repeat=Repeat.FAILED if values.get("failed") is True else repeat,
            takes_again=values.get("takes_again") is True,
            search=SearchOptions.parse(values),
        )


def read_options(batch: Run, program: BatchProgram) -> BatchOptions:
    """Read the options of a batch, of which Guild AI keeps those that it knows when it starts the batch again."""
    options = BatchOptions.parse(batch.get("run_params"))
    limit = batch.get(MAX_TRIALS)
    return replace(
        options,
        max_trials=limit if type(limit) is int else options.max_trials,
        jobs=program.jobs,
        dask=program.dask,
        retry=program.retry,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None
