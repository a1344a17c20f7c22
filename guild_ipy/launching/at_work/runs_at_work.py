"""Runs that this process has started: it writes what they print, notes their ends, and stops them."""

from __future__ import annotations

import select
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from guild_ipy.engine.executors import RunFuture
from guild_ipy.engine.follow import OutputTail
from guild_ipy.engine.interrupts import HeldInterrupts
from guild_ipy.engine.meta import JobMeta
from guild_ipy.engine.stopping import resume_supervisor, stop_run
from guild_ipy.errors import GuildError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import begin_again
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.displays.display import Display
from guild_ipy.store.state.lock import is_alive
from guild_ipy.store.state.signals import note_kill

#: How often it is looked whether a run has stopped its supervisor (SIGSTOP).
_LOOK_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class EndedRun:
    """A run that has ended."""

    run: Run
    failure: str = ""
    """Why it could not be started, if it could not."""


@dataclass(kw_only=True)
class _Active:
    """A run at work."""

    run: Run
    future: RunFuture
    tail: OutputTail
    is_stopping: bool = False
    next_look: float = field(default_factory=lambda: time.monotonic() + _LOOK_SECONDS)

    def has_ended(self) -> bool:
        if self.future.wait(0):
            return self.future.ended or bool(self.future.failure) or not is_alive(self.run.dir)
        if time.monotonic() > self.next_look:
            resume_supervisor(self.run.dir)
            self.next_look = time.monotonic() + _LOOK_SECONDS
        return False


class RunsAtWork:
    """Runs that this process has started, and that have not ended.

    Parameters
    ----------
    launch
        How they get their processes.
    writes_at_once
        Whether their output is written while they go, which is for one at a time; else when each ends.
    """

    def __init__(self, session: Session, launch: LaunchOptions, *, writes_at_once: bool) -> None:
        self._session = session
        self._launch = launch
        self._writes_at_once = writes_at_once
        self._active: list[_Active] = []
        self._is_within_line = False

    def __len__(self) -> int:
        return len(self._active)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs that are not being stopped."""
        return tuple(each.run for each in self._active if not each.is_stopping)

    def begin(
        self,
        run: Run,
        env: Mapping[str, str] | None = None,
        write: Callable[[], JobMeta | None] = lambda: None,
        *,
        takes_again: bool = False,
    ) -> None:
        """Start a run that is there, with some more variables in its environment.

        `write` and `takes_again` are those of :func:`~guild_ipy.launching.restart.begin_again`.

        Raises
        ------
        RunStateError
            If it is at work already.
        GuildError
            If it cannot be started; it is as it was.
        """
        with HeldInterrupts():  # else one that comes before it is known to be at work leaves it at work
            launch = replace(self._launch, env=env) if env else self._launch
            future = begin_again(self._session, run, launch, write, takes_again=takes_again)
            self._active.append(_Active(run=run, future=future, tail=OutputTail(run.dir, self._session.settings)))

    def wait(self, files: Sequence[int] = (), timeout: float | None = None) -> list[EndedRun]:
        """Wait for news of a run, or until one of `files` can be read; return the runs that have ended.

        With runs at work it waits for a moment at most, since their output is looked at; without any for `timeout`.
        """
        if self._active:
            timeout = self._session.settings.output_interval
        open_: list[RunFuture | int] = [each.future for each in self._active if each.future.channel is not None]
        select.select([*open_, *files], [], [], timeout)
        ended = []
        for each in tuple(self._active):
            if each.has_ended():
                self._active.remove(each)
                ended.append(self._end(each))
            elif self._writes_at_once:
                self._write(each.tail.new())
        return ended

    def stop_soon(self, run: Run) -> None:
        """Stop one of the runs, without waiting for its end."""
        for each in self._active:
            if each.run == run:
                each.is_stopping = True
                self._stop_in_thread(each)

    def stop(self) -> list[EndedRun]:
        """Stop all runs at the same time, and return them.

        A further interrupt ends the waiting; what is still at work then is killed by the supervisor of this process.
        """
        threads = [self._stop_in_thread(each) for each in self._active]
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            for each in self._active:
                note_kill(each.run.dir)
            raise
        return [self._end(each) for each in self._active]

    def _stop_in_thread(self, active: _Active) -> threading.Thread:
        thread = threading.Thread(target=self._stop_one, args=(active,), daemon=True)
        thread.start()
        return thread

    def _stop_one(self, active: _Active) -> None:
        active.future.wait_started(self._session.settings.stop_grace)
        with suppress(GuildError):  # it has just ended
            stop_run(active.run.dir, self._session.settings)

    def _end(self, ended: _Active) -> EndedRun:
        self._write(ended.tail.rest())
        if self._is_within_line:
            self._write(["\n"])
        ended.future.close()
        return EndedRun(run=ended.run, failure=ended.future.failure or "")

    def _write(self, pieces: Iterable[str | Display]) -> None:
        for piece in pieces:
            if isinstance(piece, str) and piece:
                sys.stdout.write(piece)
                self._is_within_line = not piece.endswith("\n")
        sys.stdout.flush()
