"""Runs trials, one or several at a time, and says how they end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Protocol

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.meta import JobMeta
from guild_ipy.errors import GuildError, RunStateError, UsageError
from guild_ipy.launching.at_work.retries import Retries
from guild_ipy.launching.at_work.run_messages import describe_flags, say
from guild_ipy.launching.at_work.runs_at_work import EndedRun
from guild_ipy.launching.at_work.work_place import open_runs_at_work
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.state.signals import why_pruned

_ISOLATIONS = ("fork", "fresh")


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
        waiting, is_last = iter(trials), False
        try:
            while True:
                while not is_last and len(self._at_work) < self._at_work.capacity:
                    trial = None if self._is_over() else next(waiting, None)
                    if trial is None:
                        is_last = True
                    else:
                        self._begin(trial)
                if is_last and not self._at_work:
                    return
                self._wait()
        except BaseException:
            for ended in self._at_work.stop():
                self._tell_failed(ended)
            raise
        finally:
            self._at_work.close()

    def _is_over(self) -> bool:
        return self._ends_on_error and bool(self.failed)

    def _begin(self, trial: Run) -> None:
        self.begun += 1
        self._start(trial)

    def _start(self, trial: Run) -> None:
        if not os.path.exists(trial.dir.opref):
            say(f"Trial {trial.id} is not run: it was deleted", "WARNING")
            self._tell_ended(trial)
            return
        say(f"Running trial {trial.id}: {self._operation} ({describe_flags(trial.get('flags') or {})})")
        try:
            self._at_work.begin(trial, write=lambda: self._renew(trial), takes_again=self._takes_again)
        except GuildError as error:
            self._tell_not_begun(trial, error)
            self._tell_ended(trial)

    def _tell_not_begun(self, trial: Run, error: GuildError) -> None:
        if isinstance(error, RunStateError):  # somebody else has started it
            say(f"Trial {trial.id} is not run: {error}", "WARNING")
        else:
            say(f"Trial {trial.id} could not be started: {error}", "ERROR")
            self.failed.append(trial)

    def _wait(self) -> None:
        """Wait until there is news of a trial, for a moment at most; note those that have ended, and stop poor ones."""
        for ended in self._at_work.wait():
            if ended.not_begun is None and (which := self._retries.take(ended.run)):
                say(f"Trial {ended.run.id} ended: {ended.run.status}; it is started again ({which})", "WARNING")
                self._start(ended.run)
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
