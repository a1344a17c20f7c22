"""The trials of a batch while it goes, read from disk.

Each look reads the trials that are at work, and those that the change log of the home names. All are read once, when
the list of trials appears: 0.2 ms each, and 2 µs for one that has never run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from guild_ipy.batch.batch_options import BatchOptions, Repeat, read_options
from guild_ipy.batch.prototype import TRIALS, Prototype
from guild_ipy.batch.search.objective import read_values
from guild_ipy.batch.trial import list_trials
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.program import BatchProgram
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import Flags
from guild_ipy.domain.values.scalars import ScalarSummary
from guild_ipy.engine.meta import program_of, require_meta
from guild_ipy.errors import DamagedRun, GuildError, NoObjective, StoreError
from guild_ipy.session.run_handle import Run
from guild_ipy.store.events.scalar_summaries import ScalarSummaries
from guild_ipy.store.files.attrs import read_attr
from guild_ipy.store.guild_home import home_of
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.store.run_record import read_run, read_status
from guild_ipy.store.state.changes import LogPosition, read_changes
from guild_ipy.store.state.markers import is_waiting
from guild_ipy.store.state.signals import why_pruned


@dataclass(frozen=True, kw_only=True)
class LiveTrial:
    """A trial at one moment; times are microseconds since 1970."""

    dir: RunDir
    number: int
    """Its place among the trials of the batch, from 1 on."""
    status: RunStatus
    started: int | None = None
    stopped: int | None = None
    error: str = ""
    scalars: Mapping[str, float] = field(default_factory=dict)
    """The last value of each."""
    values: tuple[float, ...] | None = None
    """What is minimized or maximized; None where it has not reported all of it."""
    is_pruned: bool = False
    """Whether a search has stopped it early."""

    @property
    def duration(self) -> timedelta | None:
        """How long it took, or has been running."""
        end = time.time_ns() // 1000 if self.status is RunStatus.RUNNING else self.stopped
        if self.started is None or end is None or not (self.status.is_finished or self.status is RunStatus.RUNNING):
            return None
        return timedelta(microseconds=max(0, end - self.started))


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    """A start of a batch."""

    started: int | None
    repeat: Repeat
    jobs: int

    def is_due(self, trial: LiveTrial) -> bool:
        """Whether a trial that ended before this start is run again by it."""
        if self.started is None or (trial.started or 0) >= self.started or not trial.status.is_finished:
            return False
        if self.repeat is Repeat.ALL:
            return True
        return trial.status is not RunStatus.COMPLETED and not trial.is_pruned


class LiveTrials:
    """The trials of a batch, brought up to date by reading only what can have changed."""

    def __init__(self, batch: RunDir) -> None:
        self._batch = batch
        self._home = home_of(batch)
        self._position = LogPosition()
        self._list_stamp: tuple[int, int] | None = None
        self._trials: dict[str, LiveTrial] = {}
        self._running: dict[str, ScalarSummaries] = {}
        self._flags: dict[str, Flags] = {}
        self._attempt: _Attempt | None = None
        self._is_at_work = True
        self._is_chosen = False
        self.expected = 0
        """How many trials there are to be, while they are being made."""
        self.objectives: tuple[Best, ...] = ()
        """What is minimized or maximized."""
        self.varied: tuple[str, ...] = ()
        """The names of the flags that differ between trials."""

    @property
    def jobs(self) -> int:
        """How many trials run at a time."""
        return 1 if self._attempt is None else self._attempt.jobs

    def update(self) -> None:
        """Read what can have changed since the last call."""
        self._is_at_work = read_status(self._batch).is_active
        self._read_attempt()
        changes = read_changes(self._home, self._position)
        self._position = changes.position
        new = self._read_list()
        changed = changes.ids if changes.is_complete else self._trials.keys()
        self._look({*new, *self._running, *(changed & self._trials.keys())})

    def now(self) -> list[LiveTrial]:
        """Return the trials in their order; one that is to be run again is pending."""
        attempt = self._attempt
        if attempt is None or not self._is_at_work:
            return list(self._trials.values())
        return [_as_pending(trial) if attempt.is_due(trial) else trial for trial in self._trials.values()]

    def began_now(self, trial: LiveTrial) -> bool:
        """Whether a trial was begun by the present start of the batch."""
        return self._attempt is None or (trial.started or 0) >= (self._attempt.started or 0)

    @property
    def to_come(self) -> int:
        """How many trials an optimizer has not chosen yet."""
        return max(0, self.expected - len(self._trials)) if self._is_chosen and self._is_at_work else 0

    def count_made(self) -> int:
        """Return how many trials have been made, while there is no list of them."""
        try:
            return sum(map(is_run_id, os.listdir(self._batch.path)))
        except OSError:
            return 0

    def flags_of(self, trial: LiveTrial) -> Flags:
        """Return the flags of a trial; none where they cannot be read."""
        if trial.dir.id not in self._flags:
            self._flags[trial.dir.id] = read_run(trial.dir, ("flags",)).flags
        return self._flags[trial.dir.id]

    # -- reading

    def _read_attempt(self) -> None:
        """Read how the batch was started last."""
        read = _read(self._batch, "started")
        started = read if type(read) is int else None
        if self._attempt is not None and started == self._attempt.started:
            return
        self._flags.clear()
        self.expected, self.varied, self.objectives, self._is_chosen = 0, (), (), False
        options = BatchOptions()
        with suppress(GuildError):  # the batch itself ends with this error
            program = program_of(self._batch, require_meta(self._batch), BatchProgram)
            options = read_options(Run(self._batch), program)
            self._is_chosen = options.search.is_adaptive
            self.objectives = options.search.compared_by
            self._read_grid(program, options)
        self._attempt = _Attempt(started=started, repeat=options.repeat, jobs=options.jobs or 1)

    def _read_grid(self, program: BatchProgram, options: BatchOptions) -> None:
        grid = Prototype(self._batch).read_grid(program.varied).searched_by(options.search.optimizer)
        self.expected = grid.count(options.max_trials)
        self.varied = grid.differing

    def _read_list(self) -> Iterable[str]:
        """Read which trials there are, if that has changed; return those that are new."""
        stamp = _stamp(self._batch.attr(TRIALS))
        if stamp is None and not self._is_at_work and not self._trials:  # it was killed before it had them all
            return self._take([trial.id for trial in _list_linked(self._batch)])
        if stamp == self._list_stamp:
            return ()
        self._list_stamp = stamp
        listed = _read(self._batch, TRIALS)
        return self._take([id for id in listed if is_run_id(id)] if isinstance(listed, list) else [])  # noqa: A001

    def _take(self, ids: list[str]) -> Iterable[str]:
        known = self._trials
        self._trials = {
            id: replace(known[id], number=number)
            if id in known
            else LiveTrial(dir=self._home.run_dir(id), number=number, status=RunStatus.PENDING)
            for number, id in enumerate(ids, start=1)  # noqa: A001 - the word of the field
        }
        return ids

    def _look(self, ids: set[str]) -> None:
        for id in ids:  # noqa: A001 - the word of the field
            trial = self._trials.get(id)
            if trial is None:
                self._running.pop(id, None)
            elif is_waiting(trial.dir):
                self._trials[id] = _as_pending(trial)
                self._running.pop(id, None)
            elif os.path.exists(trial.dir.opref):
                self._trials[id] = self._read_trial(trial)
            else:
                del self._trials[id]
                self._running.pop(id, None)

    def _read_trial(self, trial: LiveTrial) -> LiveTrial:
        record = read_run(trial.dir, ("started", "stopped", "error"))
        id, is_active = trial.dir.id, record.status.is_active  # noqa: A001 - the word of the field
        if trial.started != record.started:
            self._running.pop(id, None)
        summaries = self._running.get(id) or ScalarSummaries(trial.dir)
        found = _summarize(summaries)
        if is_active:
            self._running[id] = summaries
        else:
            self._running.pop(id, None)
        return replace(
            trial,
            status=record.status,
            started=record.started,
            stopped=record.stopped,
            error=record.damage or record.error or "",
            is_pruned=record.status is RunStatus.TERMINATED and why_pruned(trial.dir) is not None,
            scalars={name: summary.last for name, summary in found.items()},
            values=_read_values(self.objectives, found),
        )


def _as_pending(trial: LiveTrial) -> LiveTrial:
    return LiveTrial(dir=trial.dir, number=trial.number, status=RunStatus.PENDING)


def _summarize(summaries: ScalarSummaries) -> dict[str, ScalarSummary]:
    try:
        return summaries.update()
    except DamagedRun:
        return {}


def _read_values(objectives: Sequence[Best], summaries: Mapping[str, ScalarSummary]) -> tuple[float, ...] | None:
    try:
        return read_values(objectives, summaries)
    except NoObjective:
        return None


def _list_linked(batch: RunDir) -> list[RunDir]:
    try:
        return [trial.dir for trial in list_trials(home_of(batch), batch)]
    except StoreError:
        return []


def _read(run_dir: RunDir, attr: str) -> object:
    try:
        value: object = read_attr(run_dir, attr)
    except DamagedRun:
        return None
    return value


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        info = os.stat(path)
    except OSError:
        return None
    return info.st_ino, info.st_mtime_ns
