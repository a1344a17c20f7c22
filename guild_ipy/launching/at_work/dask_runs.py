"""Runs whose processes are on the workers of a Dask cluster."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from distributed import Future

from guild_ipy.domain.values.resource_amounts import ResourceAmounts
from guild_ipy.engine.follow import OutputTail
from guild_ipy.engine.meta import JobMeta
from guild_ipy.engine.stopping import stop_run
from guild_ipy.errors import EngineError, GuildError, RunTaken
from guild_ipy.launching.at_work.bins import Bins, Slot, asked_by
from guild_ipy.launching.at_work.dask_cluster import DaskCluster, read_outcome
from guild_ipy.launching.at_work.dask_worker import Outcome, OutcomeKind, waits
from guild_ipy.launching.at_work.runs_at_work import EndedRun
from guild_ipy.launching.at_work.started_run import OutputOfRuns
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import wait_again
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session

#: How often it looks at runs of which no task tells any more, and for a cluster that is lost.
_LOOK_SECONDS = 1.0


@dataclass(kw_only=True)
class _Submitted:
    """A run that was asked for."""

    run: Run
    tail: OutputTail
    takes_again: bool
    task: Future[Outcome] | None
    """None where it is lost: the directory of the run tells how it goes on."""
    is_stopping: bool = False


class DaskRuns:
    """Runs that were asked for from a cluster; see :class:`.RunsAtWork`.

    Where tasks are lost, with a worker, the scheduler or the connection, the directory of a run tells what became of
    it: one that waits still is asked for again, one at work is followed to its end.

    Parameters
    ----------
    launch
        How the workers give them processes.
    address
        The cluster, as :func:`.parse_dask_address` reads it.
    jobs
        How many at a time; None for as many as the workers have threads.
    """

    def __init__(self, session: Session, launch: LaunchOptions, *, address: str, jobs: int | None = None) -> None:
        self._session = session
        self._isolation = launch.isolation
        self._jobs = jobs
        self._cluster = DaskCluster(address, session.home, threads=jobs)
        self._active: list[_Submitted] = []
        self._output = OutputOfRuns()
        self._news, self._tell = os.pipe()
        os.set_blocking(self._news, False)
        os.set_blocking(self._tell, False)

    def __len__(self) -> int:
        return len(self._active)

    @property
    def runs(self) -> tuple[Run, ...]:
        """See :class:`.RunsAtWork`."""
        return tuple(each.run for each in self._active if not each.is_stopping)

    @property
    def capacity(self) -> int:
        """As many as the workers have threads, or fewer if so wanted; none while the cluster is lost."""
        threads = sum(int(each["nthreads"]) for each in self._cluster.workers().values())
        return threads if self._jobs is None else min(self._jobs, threads)

    def bins(self, at_work: Iterable[Run]) -> Bins:  # noqa: ARG002 - the scheduler knows what is taken
        """Return the most that any one worker has: the scheduler keeps a run that asks for it until it is free."""
        most: dict[str, float] = {}
        for worker in self._cluster.workers().values():
            for name, amount in worker["resources"].items():
                most[name] = max(most.get(name, 0.0), float(amount))
        return Bins(whole=most, gpus=())

    def begin(
        self,
        run: Run,
        slot: Slot | None = None,  # noqa: ARG002 - the worker chooses it
        write: Callable[[], JobMeta | None] = lambda: None,
        *,
        takes_again: bool = False,
        only_waiting: bool = False,
    ) -> None:
        """See :class:`.RunsAtWork`."""
        if not only_waiting:
            wait_again(self._session, run, write)
        elif not waits(run):
            raise RunTaken(f"run {run.short_id} is {run.status}, and waits no longer")
        tail = OutputTail(run.dir, self._session.settings)
        task = self._submit(run, asked_by(run), takes_again=takes_again)
        self._active.append(_Submitted(run=run, tail=tail, takes_again=takes_again, task=task))

    def wait(self, files: Sequence[int] = (), timeout: float | None = None) -> list[EndedRun]:
        """See :class:`.RunsAtWork`."""
        if self._active or not self.capacity:
            timeout = self._session.settings.output_interval if self._jobs == 1 else _LOOK_SECONDS
        select.select([self._news, *files], [], [], timeout)
        with suppress(BlockingIOError):
            os.read(self._news, 65536)
        self._cluster.look_again()
        ended = []
        for each in tuple(self._active):
            end = self._look_at(each)
            if end is not None:
                self._active.remove(each)
                ended.append(end)
        return ended

    def stop_soon(self, run: Run) -> None:
        """See :class:`.RunsAtWork`."""
        for each in self._active:
            if each.run == run:
                each.is_stopping = True
        self._cluster.stop([run.id], waits=False)

    def stop(self) -> list[EndedRun]:
        """See :class:`.RunsAtWork`."""
        self._cluster.cancel([each.task for each in self._active if each.task is not None])
        self._cluster.stop([each.run.id for each in self._active], waits=True)
        ended = [each for each in self._active if not waits(each.run)]
        for each in ended:
            with suppress(GuildError):  # it has ended; or it is on another machine, whose worker is lost
                stop_run(each.run.dir, self._session.settings)
        return [self._end(each) for each in ended]

    def close(self) -> None:
        """See :class:`.RunsAtWork`."""
        self._cluster.close()
        os.close(self._news)

    def _submit(self, run: Run, asked: ResourceAmounts, *, takes_again: bool) -> Future[Outcome] | None:
        task = self._cluster.submit(run.id, asked, self._isolation, takes_again=takes_again)
        if task is not None:
            task.add_done_callback(lambda _: self._wake())
        return task

    def _wake(self) -> None:
        with suppress(OSError):  # there is news already; or nobody waits any more
            os.write(self._tell, b"!")

    def _look_at(self, each: _Submitted) -> EndedRun | None:
        """Return the end of a run, if it has come."""
        if each.task is not None and each.task.status == "pending":
            if self._jobs == 1:
                self._output.write(each.tail.new())
            return None
        outcome = None if each.task is None else read_outcome(each.task)
        each.task = None
        if outcome is not None and (outcome.kind is not OutcomeKind.GIVEN_UP or waits(each.run)):
            return self._take(each, outcome)
        if waits(each.run):  # the cluster was lost with the task
            each.task = self._submit(each.run, asked_by(each.run), takes_again=each.takes_again)
            return None
        return None if each.run.status.is_active else self._end(each)

    def _take(self, each: _Submitted, outcome: Outcome) -> EndedRun:
        if outcome.kind is OutcomeKind.ENDED:
            return self._end(each, outcome.message)
        kind = RunTaken if outcome.kind is OutcomeKind.TAKEN else EngineError
        return EndedRun(run=each.run, not_begun=kind(outcome.message))

    def _end(self, each: _Submitted, failure: str = "") -> EndedRun:
        self._output.end(each.tail.rest())
        return EndedRun(run=each.run, failure=failure)
