"""A Dask cluster: reaching it, what its workers have, and finding it again where it was lost."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Collection, Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any
from uuid import uuid4

from distributed import Client, Future, LocalCluster

from guild_ipy.domain.values.dask_address import LOCAL, DaskAddress, parse_dask_address
from guild_ipy.domain.values.resource_amounts import ResourceAmounts
from guild_ipy.errors import EngineError
from guild_ipy.launching.at_work.bins import machine_resources
from guild_ipy.launching.at_work.dask_worker import (
    AskedRun,
    Outcome,
    OutcomeKind,
    RunStarter,
    run_on_worker,
    stop_on_worker,
)
from guild_ipy.launching.at_work.run_messages import say
from guild_ipy.linux import usable_processors
from guild_ipy.store.guild_home import Home

#: How long the scheduler has to answer.
_CONNECT_SECONDS = 10.0
#: How often a cluster is looked for that was lost, and how long the scheduler has then.
_AGAIN_SECONDS = 5.0
_SHORT_SECONDS = 2.0
_WORKERS_SECONDS = 1.0


class DaskCluster:
    """A cluster, whose workers start runs of one Guild home.

    Parameters
    ----------
    address
        ``local`` for one in this process, an address, or a scheduler file.
    threads
        How many runs at a time one in this process takes; None for one for each processor.

    Raises
    ------
    UsageError, EngineError
        If it is not named as one is, cannot be reached, or its workers see no such Guild home.
    """

    def __init__(self, address: str, home: Home, *, threads: int | None = None) -> None:
        self._address = parse_dask_address(address)
        self._starter = RunStarter(home.path)
        self._threads = threads
        self._asker = uuid4().hex
        self._local: LocalCluster | None = None
        self._next_look = 0.0
        self._workers: Mapping[str, Mapping[str, Any]] = {}
        self._workers_until = 0.0
        for name in ("distributed", "distributed.client"):  # Dask gives each a level of its own
            logging.getLogger(name).setLevel(logging.CRITICAL)  # the run directories tell what happens
        self._client: Client | None = self._connect(_CONNECT_SECONDS)

    @property
    def is_there(self) -> bool:
        """Whether the scheduler answers."""
        return self._client is not None and self._client.status == "running"

    def look_again(self) -> None:
        """Look for a cluster that was lost, if that is due."""
        if self.is_there or time.monotonic() < self._next_look:
            return
        if self._client is not None:
            say(f"The cluster at {self._address.text} is lost; its runs go on, and it is looked for again", "WARNING")
            self._let_go()
        with suppress(EngineError):
            self._client = self._connect(_SHORT_SECONDS)
            say(f"The cluster at {self._address.text} is there again")
        self._next_look = time.monotonic() + _AGAIN_SECONDS

    def workers(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what the scheduler says of its workers: ``nthreads``, ``resources``; nothing while it is lost.

        It is asked once a second at most.
        """
        if self._client is None or not self.is_there:
            return {}
        if time.monotonic() > self._workers_until:
            try:
                self._workers = self._client.scheduler_info()["workers"]
            except (OSError, TimeoutError):
                return {}
            self._workers_until = time.monotonic() + _WORKERS_SECONDS
        return self._workers

    def submit(
        self, run_id: str, asked: ResourceAmounts, isolation: str | None, *, takes_again: bool
    ) -> Future[Outcome] | None:
        """Have a worker run a run that waits; None while the cluster is lost."""
        if self._client is None or not self.is_there:
            return None
        return self._client.submit(
            run_on_worker,
            self._starter.name,
            AskedRun(id=run_id, asker=self._asker, isolation=isolation, takes_again=takes_again),
            key=f"run-{run_id}-{uuid4().hex[:8]}",
            pure=False,
            retries=0,
            resources=dict(asked) or None,
        )

    def cancel(self, tasks: Collection[Future[Outcome]]) -> None:
        """Have no worker begin tasks that wait; those that have begun go on."""
        if self._client is not None and self.is_there:
            with suppress(OSError):  # the scheduler is lost meanwhile, and tasks with it
                self._client.cancel(list(tasks))

    def stop(self, run_ids: Collection[str], *, waits: bool) -> None:
        """Have the workers stop runs, and begin none of them any more; with `waits` wait until they have ended."""
        if self._client is not None and self.is_there:
            with suppress(OSError, TimeoutError):  # a worker that is lost meanwhile
                self._client.run(
                    stop_on_worker, self._starter.name, self._asker, list(run_ids), wait=waits, on_error="ignore"
                )

    def close(self) -> None:
        """Let go of the cluster; one in this process ends, and its runs go on."""
        self._let_go()
        if self._local is not None:
            self._local.close()

    def _connect(self, timeout: float) -> Client:
        try:
            client = Client(**self._place(), timeout=timeout, set_as_default=False, name="guild_ipy")
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError(
                f"no Dask scheduler answers at {self._address.text!r}: {_first_line(error)}; start one by "
                "`dask scheduler`, and workers by `dask worker ADDRESS`"
            ) from error
        try:
            client.register_plugin(self._starter)
        except Exception as error:
            client.close()
            raise EngineError(
                f"the workers at {self._address.text!r} cannot start runs: {_first_line(error)}; install the same "
                "version of guild_ipy for them"
            ) from error
        return client

    def _place(self) -> Mapping[str, Any]:
        """Return the arguments of a client that say where the cluster is."""
        address: DaskAddress = self._address
        if address.scheduler_file:
            if not os.path.isfile(address.scheduler_file):
                raise EngineError(
                    f"there is no scheduler file {address.scheduler_file!r}; `dask scheduler "
                    f"--scheduler-file {address.scheduler_file}` writes one"
                )
            return {"scheduler_file": address.scheduler_file}
        if address.text != LOCAL:
            return {"address": address.scheduler}
        self._local = self._local or LocalCluster(
            n_workers=1,
            threads_per_worker=self._threads or len(usable_processors()) or os.cpu_count(),
            processes=False,
            dashboard_address="localhost:0",  # a port that is free: Dask opens one in any case
            memory_limit=0,
            resources=machine_resources(),
        )
        return {"address": self._local}

    def _let_go(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            with suppress(OSError, TimeoutError):
                client.close(timeout=_SHORT_SECONDS)


def read_outcome(task: Future[Outcome]) -> Outcome | None:
    """Return how a task came to its end; None where that is lost with its worker, the scheduler or the connection."""
    try:
        if task.status == "finished":
            return task.result(timeout=_SHORT_SECONDS)
        if task.status == "error":
            why = task.exception(timeout=_SHORT_SECONDS)
            return Outcome(kind=OutcomeKind.GIVEN_UP, message=f"the cluster has given it up: {why}")
    except (OSError, CancelledError):  # the result was on a worker that is gone
        return None
    return None


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
