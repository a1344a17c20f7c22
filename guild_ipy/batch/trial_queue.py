"""Runs trials, one or several at a time, and says how they end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.meta import JobMeta
from guild_ipy.errors import EngineError, GuildError, RunStateError, UsageError
from guild_ipy.launching.at_work.bins import Slot, asked_by, choosing_slot, find_at_work
from guild_ipy.launching.at_work.retries import Retries
from guild_ipy.launching.at_work.run_messages import describe_flags, say
from guild_ipy.launching.at_work.runs_at_work import EndedRun
from guild_ipy.launching.at_work.work_place import open_runs_at_work
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.state.signals import why_pruned

_ISOLATIONS = ("fork", "fresh")
#: How often it looks whether resources are free that runs of others have.
_LOOK_SECONDS = 1.0


def check_isolation(session: Session, launch: LaunchOptions) -> None:
    """Refuse a way to get processes that trials cannot have: UsageError."""
    isolation = launch.isolation or session.settings.isolation
    if isolation == "inline":
        raise UsageError("run: a batch runs beside the notebook, and isolation inline within it; use fork or fresh")
    if isolation not in _ISOLATIONS:
        raise UsageError(f"isolation {isolation!r} is none of {', '.join(_ISOLATIONS)}")


class TrialWatcher(Protocol):
    """Is told how trials go."""

    def is_poor(self, trial: Run) -> bool:
        """Look at a trial that is at work; return whether to stop it, which is no failure."""

    def ended(self, trial: Run) -> None:
        """Take note that a trial has ended, or was not run at all."""


class TrialQueue:
    """Runs trials.

    Parameters
    ----------
    options
        How many run at a time, whether none is begun after one that has failed, and whether files of dependencies are
        taken anew. The output of a single one is written while it goes, that of several when each ends.
    operation
        The operation of which all are runs.
    renew
        Is called with a trial that is about to begin, and claimed; see `write` of
        :func:`~guild_ipy.launching.restart.begin_again`.
    watcher
        Who is told how they go.
    """

    def __init__(  # noqa: PLR0913 - trials, and how
        self,
        session: Session,
        launch: LaunchOptions,
        options: BatchOptions,
        *,
        operation: str,
        renew: Callable[[Run], JobMeta | None] = lambda _: None,
        watcher: TrialWatcher | None = None,
    ) -> None:
        self._at_work = open_runs_at_work(session, launch, options.place)
        self._retries = Retries(options.retry or 0)
        self._session = session
        self._first: list[Run] = []
        """Trials that are started before all others: one whose resources were not free, and those that have failed."""
        self._ends_on_error = options.fail_on_trial_error
        self._takes_again = options.takes_again
        self._operation = operation
        self._renew = renew
        self._watcher = watcher
        self.failed: list[Run] = []
        self.begun = 0
        """How many trials it was given so far."""

    def run(self, trials: Iterable[Run]) -> None:
        """Run trials in their order, each taken when it can begin; if that is interrupted, stop those at work."""
        waiting = iter(trials)
        try:
            while self._start_some(waiting) or self._at_work:
                self._wait()
        except BaseException:
            for ended in self._at_work.stop():
                self._tell_failed(ended)
            raise
        finally:
            self._at_work.close()

    def _start_some(self, waiting: Iterator[Run]) -> bool:
        """Start as many trials as there is room for; return whether there may be more."""
        while not self._is_over() and len(self._at_work) < self._at_work.capacity:
            trial = self._first.pop() if self._first else self._take(waiting)
            if trial is None:
                return False
            if not self._start(trial):
                self._first.append(trial)
                return True
        return not self._is_over()

    def _take(self, waiting: Iterator[Run]) -> Run | None:
        trial = next(waiting, None)
        self.begun += trial is not None
        return trial

    def _is_over(self) -> bool:
        return self._ends_on_error and bool(self.failed)

    def _start(self, trial: Run) -> bool:
        """Start a trial, or say why it is not started; False while what it asks for is not free."""
        if not os.path.exists(trial.dir.opref):
            say(f"Trial {trial.id} is not run: it was deleted", "WARNING")
            self._tell_ended(trial)
            return True
        try:
            return self._start_with_slot(trial)
        except GuildError as error:
            self._tell_not_begun(trial, error)
            self._tell_ended(trial)
            return True

    def _start_with_slot(self, trial: Run) -> bool:
        asked = asked_by(trial)
        if not asked:
            self._begin(trial, None)
            return True
        with choosing_slot(self._session.home):
            bins = self._at_work.bins(find_at_work(self._session))
            if lacking := bins.lacking(asked):
                raise EngineError(f"it needs {lacking}")
            slot = bins.find_slot(asked)
            if slot is not None:
                self._begin(trial, slot)
        return slot is not None

    def _begin(self, trial: Run, slot: Slot | None) -> None:
        say(f"Running trial {trial.id}: {self._operation} ({describe_flags(trial.get('flags') or {})})")
        self._at_work.begin(trial, slot, lambda: self._renew(trial), takes_again=self._takes_again)

    def _tell_not_begun(self, trial: Run, error: GuildError) -> None:
        if isinstance(error, RunStateError):  # somebody else has started it
            say(f"Trial {trial.id} is not run: {error}", "WARNING")
        else:
            say(f"Trial {trial.id} could not be started: {error}", "ERROR")
            self.failed.append(trial)

    def _wait(self) -> None:
        """Wait until there is news of a trial, for a moment at most; note those that have ended, and stop poor ones."""
        for ended in self._at_work.wait(timeout=_LOOK_SECONDS):
            if ended.not_begun is None and (which := self._retries.take(ended.run)):
                say(f"Trial {ended.run.id} ended: {ended.run.status}; it is started again ({which})", "WARNING")
                self._first.append(ended.run)
                continue
            if ended.not_begun is not None:
                self._tell_not_begun(ended.run, ended.not_begun)
            else:
                self._tell_failed(ended)
            self._tell_ended(ended.run)
        if self._watcher is not None:
            for trial in self._at_work.runs:
                if self._watcher.is_poor(trial):
                    self._at_work.stop_soon(trial)

    def _tell_ended(self, trial: Run) -> None:
        if self._watcher is not None:
            self._watcher.ended(trial)

    def _tell_failed(self, ended: EndedRun) -> None:
        trial, status = ended.run, ended.run.status
        why_stopped = why_pruned(trial.dir) if status is RunStatus.TERMINATED else None
        if why_stopped is not None:
            say(f"Trial {trial.id} was pruned {why_stopped}")
        elif status is not RunStatus.COMPLETED:
            self.failed.append(trial)
            why = ended.failure or trial.get("error") or ""
            say(f"Trial {trial.id} ended: {status}{f' - {why}' if why else ''}", "ERROR")
