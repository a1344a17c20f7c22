"""Runs trials, one or several at a time, and writes what they print."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.trial_messages import describe_flags, say
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.executors import RunFuture
from guild_ipy.engine.follow import OutputTail
from guild_ipy.engine.interrupts import HeldInterrupts
from guild_ipy.engine.stopping import resume_supervisor, stop_run
from guild_ipy.errors import GuildError, RunStateError, UsageError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import begin_again
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.displays.display import Display
from guild_ipy.store.state.lock import is_alive
from guild_ipy.store.state.signals import note_kill, why_pruned

#: How often it is looked whether a trial has stopped its supervisor (SIGSTOP).
_LOOK_SECONDS = 2.0
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


@dataclass(kw_only=True)
class _Active:
    """A trial at work."""

    run: Run
    future: RunFuture
    tail: OutputTail
    is_stopping: bool = False
    """Whether it was found to be poor, and is being stopped."""
    next_look: float = field(default_factory=lambda: time.monotonic() + _LOOK_SECONDS)

    def has_ended(self) -> bool:
        if self.future.wait(0):
            return self.future.ended or bool(self.future.failure) or not is_alive(self.run.dir)
        if time.monotonic() > self.next_look:
            resume_supervisor(self.run.dir)
            self.next_look = time.monotonic() + _LOOK_SECONDS
        return False


class TrialQueue:
    """Runs trials.

    Parameters
    ----------
    options
        How many run at a time, whether none is begun after one that has failed, and whether files of dependencies are
        taken anew. The output of a single one is written while it goes, that of several when each ends.
    operation
        The operation of which all are runs.
    watcher
        Who is told how they go.
    """

    def __init__(
        self,
        session: Session,
        launch: LaunchOptions,
        options: BatchOptions,
        *,
        operation: str,
        watcher: TrialWatcher | None = None,
    ) -> None:
        self._session = session
        self._launch = launch
        self._jobs = options.jobs or 1
        self._ends_on_error = options.fail_on_trial_error
        self._takes_again = options.takes_again
        self._operation = operation
        self._watcher = watcher
        self._active: list[_Active] = []
        self._is_within_line = False
        self.failed: list[Run] = []
        self.begun = 0
        """How many trials it was given so far."""

    def run(self, trials: Iterable[Run]) -> None:
        """Run trials in their order, each taken when it can begin; if that is interrupted, stop those at work."""
        waiting = iter(trials)
        try:
            while True:
                while len(self._active) < self._jobs and not self._is_over():
                    trial = next(waiting, None)
                    if trial is None:
                        break
                    self._begin(trial)
                if not self._active:
                    return
                self._wait()
        except BaseException:
            self._stop()
            raise

    def _is_over(self) -> bool:
        return self._ends_on_error and bool(self.failed)

    def _begin(self, trial: Run) -> None:
        self.begun += 1
        if not os.path.exists(trial.dir.opref):
            say(f"Trial {trial.id} is not run: it was deleted", "WARNING")
            self._tell_ended(trial)
            return
        say(f"Running trial {trial.id}: {self._operation} ({describe_flags(trial.get('flags') or {})})")
        try:
            with HeldInterrupts():  # else one that comes before it is known to be at work leaves it at work
                future = begin_again(self._session, trial, self._launch, takes_again=self._takes_again)
                tail = OutputTail(trial.dir, self._session.settings)
                self._active.append(_Active(run=trial, future=future, tail=tail))
        except RunStateError as error:  # somebody else has started it
            say(f"Trial {trial.id} is not run: {error}", "WARNING")
            self._tell_ended(trial)
        except GuildError as error:
            say(f"Trial {trial.id} could not be started: {error}", "ERROR")
            self.failed.append(trial)
            self._tell_ended(trial)

    def _wait(self) -> None:
        """Wait until there is news of a trial, for a moment at most; write output, and note those that have ended."""
        open_ = [each.future for each in self._active if each.future.channel is not None]
        if self._active:
            select.select(open_, [], [], self._session.settings.output_interval)
        for each in tuple(self._active):
            if each.has_ended():
                self._active.remove(each)
                self._write(each.tail.rest())
                self._end(each)
                self._tell_ended(each.run)
                continue
            if self._jobs == 1:
                self._write(each.tail.new())
            if not each.is_stopping and self._watcher is not None and self._watcher.is_poor(each.run):
                each.is_stopping = True
                threading.Thread(target=self._stop_one, args=(each,), daemon=True).start()

    def _tell_ended(self, trial: Run) -> None:
        if self._watcher is not None:
            self._watcher.ended(trial)

    def _end(self, ended: _Active) -> None:
        if self._is_within_line:
            self._write(["\n"])
        ended.future.close()
        status = ended.run.status
        why_stopped = why_pruned(ended.run.dir) if status is RunStatus.TERMINATED else None
        if why_stopped is not None:
            say(f"Trial {ended.run.id} was pruned {why_stopped}")
        elif status is not RunStatus.COMPLETED:
            self.failed.append(ended.run)
            why = ended.future.failure or ended.run.get("error") or ""
            say(f"Trial {ended.run.id} ended: {status}{f' - {why}' if why else ''}", "ERROR")

    def _write(self, pieces: Iterable[str | Display]) -> None:
        for piece in pieces:
            if isinstance(piece, str) and piece:
                sys.stdout.write(piece)
                self._is_within_line = not piece.endswith("\n")
        sys.stdout.flush()

    def _stop(self) -> None:
        """Stop all trials that are at work, at the same time.

        A further interrupt ends the waiting; what is still at work then is killed by the supervisor of the batch.
        """
        threads = [threading.Thread(target=self._stop_one, args=(each,), daemon=True) for each in self._active]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            for each in self._active:
                note_kill(each.run.dir)
            raise
        for each in self._active:
            self._write(each.tail.rest())
            self._end(each)

    def _stop_one(self, active: _Active) -> None:
        active.future.wait_started(self._session.settings.stop_grace)
        with suppress(GuildError):  # it has just ended
            stop_run(active.run.dir, self._session.settings)
