"""How far a batch is: counts by state, the best trial, the time left."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from guild_ipy.batch.restart_batch import is_batch
from guild_ipy.domain.status import RunStatus
from guild_ipy.printable import printable
from guild_ipy.session.run_handle import Run, format_duration
from guild_ipy.store.run_dir import RunDir
from guild_ipy.view.trials.best_trial import BestTrials, find_best
from guild_ipy.view.trials.live_trials import LiveTrial, LiveTrials

#: The order in which states are told.
STATES = (
    RunStatus.COMPLETED,
    RunStatus.ERROR,
    RunStatus.TERMINATED,
    RunStatus.DAMAGED,
    RunStatus.RUNNING,
    RunStatus.PENDING,
    RunStatus.STAGED,
)
_FINISHED = (RunStatus.COMPLETED, RunStatus.ERROR, RunStatus.TERMINATED)
_NOT_DONE = frozenset({RunStatus.RUNNING, RunStatus.PENDING, RunStatus.STAGED})


@dataclass(frozen=True, kw_only=True)
class BatchProgress:
    """A batch at one moment."""

    by_state: Mapping[RunStatus, Sequence[LiveTrial]]
    """The trials, in their order, by the states that there are, these in the order of :data:`STATES`."""
    best: BestTrials | None = None
    pruned: int = 0
    """How many trials a search has stopped early, which are terminated."""
    to_come: int = 0
    """How many trials an optimizer has not chosen yet."""
    left: timedelta | None = None
    """How long it will take yet; None where that is not known."""
    made: int = 0
    """While trials are being made: how many there are."""
    expected: int = 0
    """While trials are being made: how many there will be."""

    @property
    def total(self) -> int:
        """How many trials there are, with those to come."""
        return sum(self.counts.values()) + self.to_come

    @property
    def counts(self) -> Mapping[RunStatus, int]:
        """How many trials are in each state."""
        return {status: len(trials) for status, trials in self.by_state.items()}

    @property
    def done(self) -> int:
        """How many trials have ended."""
        return sum(count for status, count in self.counts.items() if status not in _NOT_DONE)

    @property
    def failed(self) -> int:
        """How many trials have ended otherwise than by completing, or being pruned."""
        return self.done - self.counts.get(RunStatus.COMPLETED, 0) - self.pruned

    @property
    def groups(self) -> list[tuple[RunStatus, str, int]]:
        """How many trials are in each state, and how users call that; those that were pruned are one of their own."""
        counts = {**self.counts, RunStatus.TERMINATED: self.counts.get(RunStatus.TERMINATED, 0) - self.pruned}
        found = [(status, str(status), counts[status]) for status in self.by_state]
        pruned = (RunStatus.TERMINATED, "pruned", self.pruned)
        return [(status, word, count) for status, word, count in (*found, pruned) if count]

    @property
    def summary(self) -> str:
        """The counts and the best, in a line: ``4 trials: 3 completed, 1 error · best loss 0.02 (1f2e3a4b)``."""
        total = self.total
        to_come = [f"{self.to_come:,} to come"] if self.to_come else []
        counts = ", ".join([*(f"{count:,} {word}" for _, word, count in self.groups), *to_come])
        line = f"{total:,} trial{'s' * (total != 1)}{f': {counts}' if counts else ''}"
        return printable(f"{line} · {self.best}" if self.best else line)


def measure_progress(live: LiveTrials) -> BatchProgress:
    """Return how far a batch is, by its trials as they were read last."""
    found = defaultdict[RunStatus, list[LiveTrial]](list)
    for trial in live.now():
        found[trial.status].append(trial)
    is_being_made = not found and live.expected > 0 and not live.to_come
    return BatchProgress(
        by_state={status: found[status] for status in STATES if status in found},
        best=find_best(found.get(RunStatus.COMPLETED, ()), live.objectives),
        pruned=sum(trial.is_pruned for trial in found.get(RunStatus.TERMINATED, ())),
        to_come=live.to_come,
        left=_estimate_left(live, found),
        made=live.count_made() if is_being_made else 0,
        expected=live.expected if is_being_made else 0,
    )


def describe_trials(batch: RunDir) -> str:
    """Return how the trials of a batch ended, in a line; nothing for a run of another kind."""
    if not is_batch(Run(batch)):
        return ""
    live = LiveTrials(batch)
    live.update()
    return measure_progress(live).summary


def describe_left(left: timedelta) -> str:
    """Write the time that is left, for people: ``about 12 s left``."""
    seconds = round(left.total_seconds())
    minute = 60
    return f"about {f'{max(1, seconds)} s' if seconds < minute else format_duration(timedelta(seconds=seconds))} left"


def _estimate_left(live: LiveTrials, found: Mapping[RunStatus, Sequence[LiveTrial]]) -> timedelta | None:
    """Estimate how long the trials that have not ended take, by those that have ended since the batch was started.

    The time from the first begin until now, with all pauses, made so many trials; of each that is running it made the
    part that it has been running of their mean duration. So it counts by itself how many run at a time.
    """
    running, pending = found.get(RunStatus.RUNNING, ()), found.get(RunStatus.PENDING, ())
    finished = (trial for status in _FINISHED for trial in found.get(status, ()))
    ended = [(trial.started, trial.stopped) for trial in finished if live.began_now(trial)]
    spans = [(start, stop) for start, stop in ended if start is not None and stop is not None]
    if not spans or not (running or pending or live.to_come):
        return None
    mean = max(1.0, sum(stop - start for start, stop in spans) / len(spans))
    now = time.time_ns() // 1000
    times = [now - (trial.started or now) for trial in running]
    end = now if running else max(stop for _, stop in spans)
    spent = end - min(*(start for start, _ in spans), *(now - took for took in times), now)
    parts = sum(min(1.0, took / mean) for took in times)
    to_make = len(pending) + live.to_come + len(running) - parts
    longest = max((mean - took for took in times), default=0.0)
    return timedelta(microseconds=max(spent * to_make / (len(spans) + parts), longest, 0.0))
