"""Runs whose processes are on this machine."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from guild_ipy.engine.executors import RunFuture
from guild_ipy.engine.follow import OutputTail
from guild_ipy.engine.interrupts import HeldInterrupts
from guild_ipy.engine.meta import JobMeta
from guild_ipy.engine.stopping import stop_run
from guild_ipy.errors import GuildError
from guild_ipy.launching.at_work.bins import Bins, Slot, note_slot, read_bins
from guild_ipy.launching.at_work.runs_at_work import EndedRun
from guild_ipy.launching.at_work.started_run import OutputOfRuns, StartedRun
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import begin_again
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.state.signals import note_kill


@dataclass(kw_only=True)
class _Active(StartedRun):
    tail: OutputTail
    is_stopping: bool = False


class LocalRuns:
    """Runs that this process has started on this machine; see :class:`.RunsAtWork`.

    Parameters
    ----------
    launch
        How they get their processes.
    jobs
        How many at a time. The output of a single one is written while it goes, that of several when each ends.
    resources
        The resources for them, as ``gpus=2,memory=64G``; None for those of the machine.
    """

    def __init__(self, session: Session, launch: LaunchOptions, *, jobs: int, resources: str | None = None) -> None:
        self.capacity = jobs
        self._session = session
        self._launch = launch
        self._resources = resources
        self._active: list[_Active] = []
        self._output = OutputOfRuns()

    def __len__(self) -> int:
        return len(self._active)

    @property
    def runs(self) -> tuple[Run, ...]:
        """See :class:`.RunsAtWork`."""
        return tuple(each.run for each in self._active if not each.is_stopping)

    def bins(self, at_work: Iterable[Run]) -> Bins:
        """See :class:`.RunsAtWork`."""
        return read_bins(self._resources, at_work)

    def begin(
        self,
        run: Run,
        slot: Slot | None = None,
        write: Callable[[], JobMeta | None] = lambda: None,
        *,
        takes_again: bool = False,
        only_waiting: bool = False,
    ) -> None:
        """See :class:`.RunsAtWork`."""
        launch = self._launch if slot is None else replace(self._launch, env=slot.env)

        def write_claimed() -> JobMeta | None:
            if slot is not None:
                note_slot(run, slot)
            return write()

        with HeldInterrupts():  # else one that comes before it is known to be at work leaves it at work
            future = begin_again(
                self._session, run, launch, write_claimed, takes_again=takes_again, only_waiting=only_waiting
            )
            self._active.append(_Active(run=run, future=future, tail=OutputTail(run.dir, self._session.settings)))

    def wait(self, files: Sequence[int] = (), timeout: float | None = None) -> list[EndedRun]:
        """See :class:`.RunsAtWork`."""
        if self._active:  # their output is looked at
            timeout = self._session.settings.output_interval
        open_: list[RunFuture | int] = [each.future for each in self._active if each.future.channel is not None]
        select.select([*open_, *files], [], [], timeout)
        ended = []
        for each in tuple(self._active):
            if each.has_ended():
                self._active.remove(each)
                ended.append(self._end(each))
            elif self.capacity == 1:
                self._output.write(each.tail.new())
        return ended

    def stop_soon(self, run: Run) -> None:
        """See :class:`.RunsAtWork`."""
        for each in self._active:
            if each.run == run:
                each.is_stopping = True
                self._stop_in_thread(each)

    def stop(self) -> list[EndedRun]:
        """See :class:`.RunsAtWork`; what is left at work is killed by the supervisor of this process."""
        threads = [self._stop_in_thread(each) for each in self._active]
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            for each in self._active:
                note_kill(each.run.dir)
            raise
        return [self._end(each) for each in self._active]

    def close(self) -> None:
        """See :class:`.RunsAtWork`."""

    def _stop_in_thread(self, active: _Active) -> threading.Thread:
        thread = threading.Thread(target=self._stop_one, args=(active,), daemon=True)
        thread.start()
        return thread

    def _stop_one(self, active: _Active) -> None:
        active.future.wait_started(self._session.settings.stop_grace)
        with suppress(GuildError):  # it has just ended
            stop_run(active.run.dir, self._session.settings)

    def _end(self, ended: _Active) -> EndedRun:
        self._output.end(ended.tail.rest())
        ended.future.close()
        return EndedRun(run=ended.run, failure=ended.future.failure or "")
