"""Starts runs on a worker of a Dask cluster: claims them, starts their processes on its machine, and waits for the end.

A task has only the id of a run: the run directory, in a Guild home that all of the cluster sees, is the truth. Dask
repeats tasks whose worker has died. A repeated one finds that the run waits no longer, and only waits for its end; so a
run is started once at most.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker

from guild_ipy.domain.values.resource_amounts import GPUS
from guild_ipy.engine.run_files.provenance import host_name
from guild_ipy.engine.stopping import stop_run
from guild_ipy.errors import GuildError, RunTaken
from guild_ipy.launching.at_work.bins import Slot, asked_by, choosing_slot, find_at_work, note_slot, read_bins
from guild_ipy.launching.at_work.started_run import StartedRun
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import begin_again
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.guild_home import Home
from guild_ipy.store.state.markers import is_waiting

#: How often it looks for the end of a run that another worker has started, and whether a GPU is free.
_LOOK_SECONDS = 1.0


class OutcomeKind(Enum):
    """How the task of a run came to its end."""

    ENDED = "ended"
    TAKEN = "taken"
    """Another process has started the run."""
    REFUSED = "refused"
    """It could not be started."""
    GIVEN_UP = "given up"
    """Dask tries the task no more, since its workers have died; the run may have been started."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the task of a run came to its end."""

    kind: OutcomeKind
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class AskedRun:
    """A run that a worker is asked for."""

    id: str
    asker: str
    """The queue or batch that asks for it, as long as it is at work: another one may ask for the same run later."""
    isolation: str | None
    takes_again: bool


def run_on_worker(starter: str, asked: AskedRun) -> Outcome:
    """Start a run on the worker of this task, by its plugin `starter`, and wait for the end of the run."""
    plugin = get_worker().plugins[starter]
    assert isinstance(plugin, RunStarter), "it has been registered under this name"
    return plugin.run(asked)


async def stop_on_worker(
    starter: str,
    asker: str,
    run_ids: Collection[str],
    dask_worker: Any = None,  # noqa: ANN401
) -> None:
    """Stop those of the runs that the worker has started, and start none of the others any more for that asker."""
    plugin = dask_worker.plugins.get(starter)
    if plugin is not None:
        await asyncio.to_thread(plugin.stop, asker, run_ids)


class RunStarter(WorkerPlugin):
    """Starts the runs of one Guild home on a worker; its threads share it."""

    idempotent = True

    def __init__(self, home: str) -> None:
        self.name = f"guild_ipy {home}"
        self._home = home

    def __reduce__(self) -> tuple[type[RunStarter], tuple[str]]:
        """Each worker has its own."""
        return RunStarter, (self._home,)

    def setup(self, worker: Worker) -> None:
        """Get ready on a worker."""
        self._gpus = int(worker.state.total_resources.get(GPUS, 0))
        self._called_off: set[tuple[str, str]] = set()
        """Of an asker a run that is not to be started any more."""
        self._started: dict[str, Run] = {}
        self._beginning = ThreadPoolExecutor(1, "guild_ipy")
        """Where runs are begun, one after another."""

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - given by Dask
        """Let go of the fork server; runs go on."""
        self._beginning.shutdown(cancel_futures=True)
        if "_session" in vars(self):
            self._session.close()

    def run(self, asked: AskedRun) -> Outcome:
        """Start a run that waits, and wait for its end; of one that waits no longer only wait for the end."""
        run = Run(Home(self._home).run_dir(asked.id))
        if not os.path.isdir(os.path.dirname(run.dir.path)):
            where = f"worker on {host_name()} sees no Guild home {self._home!r}"
            return Outcome(kind=OutcomeKind.REFUSED, message=f"the {where}; all of a cluster must see it there")
        if not os.path.exists(run.dir.opref):
            return Outcome(kind=OutcomeKind.REFUSED, message="it was deleted")
        try:
            while waits(run):
                if (asked.asker, asked.id) in self._called_off:
                    return Outcome(kind=OutcomeKind.TAKEN, message="it was called off")
                begun = self._beginning.submit(self._try_to_begin, run, asked).result()
                if begun is not None:
                    return self._see_to_end(begun)
                time.sleep(_LOOK_SECONDS)
        except RunTaken as error:
            return Outcome(kind=OutcomeKind.TAKEN, message=str(error))
        except (GuildError, OSError) as error:
            return Outcome(kind=OutcomeKind.REFUSED, message=str(error))
        while run.status.is_active:
            time.sleep(_LOOK_SECONDS)
        return Outcome(kind=OutcomeKind.ENDED)

    def stop(self, asker: str, run_ids: Collection[str]) -> None:
        """Stop those of the runs that were started here, at the same time; start none of the others for that asker."""
        self._called_off |= {(asker, each) for each in run_ids}
        self._beginning.submit(lambda: None).result()  # what is just being begun is known then
        started = [self._started[each] for each in run_ids if each in self._started]
        stopping = [threading.Thread(target=self._stop_one, args=(run,)) for run in started]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()

    def _stop_one(self, run: Run) -> None:
        with suppress(GuildError):  # it has just ended
            stop_run(run.dir, self._session.settings)

    @cached_property
    def _session(self) -> Session:
        return Session.for_home(self._home)

    def _try_to_begin(self, run: Run, asked: AskedRun) -> StartedRun | None:
        """Begin a run; None while the GPUs are not free that it asks for, which somebody else has then."""
        with choosing_slot(self._session.home):
            slot = self._find_slot(run)
            if slot is None or (asked.asker, asked.id) in self._called_off:
                return None
            future = begin_again(
                self._session,
                run,
                LaunchOptions(isolation=asked.isolation, env=slot.env),
                lambda: note_slot(run, slot),
                takes_again=asked.takes_again,
                only_waiting=True,
            )
        self._started[run.id] = run
        return StartedRun(run=run, future=future)

    def _find_slot(self, run: Run) -> Slot | None:
        """Return what a run gets: Dask has counted all but which GPUs are whose."""
        asked = asked_by(run)
        if not asked.get(GPUS):
            return Slot(resources=asked)
        bins = read_bins(f"{GPUS}={max(self._gpus, int(asked[GPUS]))}", find_at_work(self._session))
        found = bins.find_slot({GPUS: asked[GPUS]})
        return None if found is None else Slot(resources=asked, gpus=found.gpus)

    def _see_to_end(self, started: StartedRun) -> Outcome:
        try:
            while not started.has_ended(_LOOK_SECONDS):
                pass
        finally:
            started.future.close()
            del self._started[started.run.id]
        return Outcome(kind=OutcomeKind.ENDED, message=started.future.failure)


def waits(run: Run) -> bool:
    """Whether a run is staged, or a trial that waits."""
    return os.path.exists(run.dir.staged) or is_waiting(run.dir)
