"""The process of a queue: it starts staged runs, and sees to their ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from typing import NoReturn, TypeAlias

from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.child.beginning import note_begin
from guild_ipy.engine.child.process import end_process, run_to_end
from guild_ipy.engine.engine import Engine
from guild_ipy.engine.fork_server import ForkServer
from guild_ipy.engine.meta import require_meta
from guild_ipy.engine.script import enter_run, run_dir_of
from guild_ipy.errors import DamagedRun, GuildError, RunTaken, SelectError, StoreError
from guild_ipy.launching.at_work.bins import Bins, Slot, asked_by, choosing_slot
from guild_ipy.launching.at_work.retries import Retries
from guild_ipy.launching.at_work.run_messages import describe_flags, say
from guild_ipy.launching.at_work.runs_at_work import EndedRun
from guild_ipy.launching.at_work.stop_signals import StopSignals
from guild_ipy.launching.at_work.work_place import open_runs_at_work
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import stage_again
from guild_ipy.scheduling.home_runs import HomeRuns
from guild_ipy.scheduling.home_watch import HomeWatch
from guild_ipy.scheduling.queue_attrs import (
    QueueOrder,
    give_order,
    note_cluster,
    note_not_started,
    read_not_started,
    read_order,
)
from guild_ipy.scheduling.queue_options import QueueOptions
from guild_ipy.scheduling.staged_order import find_unfinished
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import home_of
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.state.lock import is_alive

#: How long a run waits for resources before no other one passes it any more.
_PATIENCE_SECONDS = 60.0

_Marker: TypeAlias = tuple[int, int]


def run_queue_main(main: str) -> NoReturn:
    """Run the queue whose ``main.py`` this is, as the whole of this process."""
    run_dir = run_dir_of(main)
    supervised = enter_run(run_dir)
    if supervised:
        note_begin(run_dir)
    end_process(run_dir, execute(run_dir), supervised=supervised)


def execute(run_dir: RunDir, server: ForkServer | None = None) -> int:
    """Run a queue in this process, and return the exit status; its runs are forks of `server`, or of one of its own.

    A queue that is stopped has done what it was there for: its exit status is 0, as in Guild AI.
    """
    StopSignals()
    return run_to_end(lambda: _run_queue(run_dir, server), run_dir, {})


def _run_queue(run_dir: RunDir, server: ForkServer | None) -> None:
    settings = Settings.from_environment()
    session = Session(settings, home=home_of(run_dir), engine=Engine(settings, server=server))
    try:
        os.makedirs(run_dir.proto, exist_ok=True)  # Guild AI leaves runs that have one out of its comparisons
        os.chdir(require_meta(run_dir).import_path[0])
        Queue(session, run_dir, QueueOptions.of(Run(run_dir).flags)).run()
    except (GuildError, OSError) as error:
        sys.exit(str(error))
    finally:
        session.close()


class Queue:
    """A queue at work."""

    def __init__(self, session: Session, run_dir: RunDir, options: QueueOptions) -> None:
        self._session = session
        self._own = Run(run_dir)
        self._options = options
        self._at_work = open_runs_at_work(session, LaunchOptions(), options.place)
        self._retries = Retries(options.retry)
        self._runs = HomeRuns(session.home, options.poll_interval)
        self._order: QueueOrder | None = None
        self._others: list[Run] = []
        """The runs of others that were at work when it looked."""
        self._is_idle = False
        """Whether no staged run is left that it takes."""
        self._warned = ""
        self._markers: dict[str, _Marker | None] = {}
        """The markers by which the runs at work were staged, as long as it has them at work."""
        self._left_alone: set[str] = set()
        """Runs that could not be started, and of which that cannot be noted."""
        self._held_up: dict[str, float] = {}
        """Since when runs wait for resources, by the monotonic clock."""

    def run(self) -> None:
        """Start staged runs until it is stopped, told to end, or has started all; then nothing of it is at work."""
        try:
            say("Waiting for staged runs")
            note_change(self._session.home, self._own.id)  # so that there is a change log to watch
            with HomeWatch(self._session.home, self._options.poll_interval) as watch:
                while not self._is_over():
                    watch.watch(self._others)
                    if watch.is_due():
                        self._start_waiting()
                        continue
                    ended = self._at_work.wait(watch.files, watch.timeout)
                    for each in ended:
                        self._take_note(each)
                        watch.look_now()
            give_order(self._own, None)  # else a restart would end at once
        except KeyboardInterrupt:
            for each in self._at_work.stop():
                self._tell(each)
            say("Stopped")
        finally:
            self._at_work.close()

    def _take_note(self, ended: EndedRun) -> None:
        """Say how a run ended, and stage it again if it failed and that was asked for.

        One that is still marked as staged is left alone; else it would be started again and again.
        """
        self._tell(ended)
        marker = self._markers.pop(ended.run.id, None)
        if ended.not_begun is None and marker is not None and marker == _find_marker(ended.run):
            error = StoreError(f"it is still marked as staged: {ended.run.dir.staged!r} cannot be removed")
            self._tell_not_begun(ended.run, error)
        elif ended.not_begun is None and (which := self._retries.take(ended.run)):
            say(f"Run {ended.run.id} is staged again ({which})")
            try:
                stage_again(self._session, ended.run)
            except (GuildError, OSError) as error:
                say(f"Run {ended.run.id} is not staged again: {error}", "WARNING")

    def _is_over(self) -> bool:
        if self._at_work:
            return False
        return self._order is QueueOrder.DRAIN or (self._options.runs_once and self._is_idle)

    def _start_waiting(self) -> None:
        """Start the staged runs whose turn it is."""
        self._order = read_order(self._own)
        self._is_idle = False
        waiting: Iterator[Run] | None = None
        while self._order is None and len(self._at_work) < self._at_work.capacity:
            with choosing_slot(self._session.home):
                self._runs.look()
                at_work = self._runs.at_work
                self._others = [run for run in at_work if run not in self._at_work.runs]
                if self._others and self._options.waits_for_running:
                    return
                waiting = self._find_waiting() if waiting is None else waiting
                bins = self._at_work.bins(at_work)
                if self._options.place.dask is not None:
                    note_cluster(self._own, bins)
                found = self._next(waiting, bins)
                if found is None:
                    return
                self._begin(*found)

    def _find_waiting(self) -> Iterator[Run]:
        """Return the staged runs that it takes, the next one first."""
        if self._options.where is None:
            return self._runs.staged
        try:
            taken = frozenset(self._session.index.ids(self._options.taken))
        except SelectError as error:  # its expression names a flag or a scalar that no run has yet
            taken = frozenset()
            if str(error) != self._warned:
                self._warned = str(error)
                say(f"No run is taken for now: {error}", "WARNING")
        return (run for run in self._runs.staged if run.id in taken)

    def _next(self, waiting: Iterator[Run], bins: Bins) -> tuple[Run, Slot] | None:
        """Return the next run that can be started, and what it gets; small runs pass a large one, but not for ever."""
        is_held_up = False
        for run in waiting:
            try:
                asked = asked_by(run) if self._is_ready(run) else None
            except DamagedRun as error:
                self._tell_not_begun(run, error)
                continue
            if asked is None or bins.lacking(asked):
                continue
            slot = bins.find_slot(asked)
            if slot is not None:
                self._held_up.pop(run.id, None)
                return run, slot
            is_held_up = True
            since = self._held_up.setdefault(run.id, time.monotonic())
            if time.monotonic() - since > _PATIENCE_SECONDS:
                break
        self._is_idle = not is_held_up
        return None

    def _is_ready(self, run: Run) -> bool:
        if run in self._at_work.runs or run.id in self._left_alone:  # a cluster was asked for it, or it is damaged
            return False
        if not os.path.exists(run.dir.staged) or read_not_started(run) or is_alive(run.dir):
            return False
        return not find_unfinished(self._session, run)

    def _begin(self, run: Run, slot: Slot) -> None:
        damage = run.record.damage
        if damage is not None:
            self._tell_not_begun(run, DamagedRun(run.dir.path, damage))
            return
        say(f"Starting staged run {run.id}: {run.operation} ({describe_flags(run.get('flags') or {})})")
        marker = _find_marker(run)
        try:
            self._at_work.begin(run, slot, only_waiting=True)
        except (GuildError, OSError) as error:
            self._tell_not_begun(run, error)
        else:
            self._markers[run.id] = marker

    def _tell(self, ended: EndedRun) -> None:
        run, status = ended.run, ended.run.status
        if ended.not_begun is not None:
            self._tell_not_begun(run, ended.not_begun)
        elif status is RunStatus.COMPLETED:
            say(f"Run {run.id} completed")
        else:
            why = ended.failure or run.error or ""
            say(f"Run {run.id} ended: {status}{f' - {why}' if why else ''}", "ERROR")

    def _tell_not_begun(self, run: Run, error: Exception) -> None:
        """Say why a run was not started; one that cannot be started is left alone from now on."""
        if not os.path.exists(run.dir.opref):
            say(f"Run {run.id} is not started: it was deleted", "WARNING")
        elif isinstance(error, RunTaken) or run.status is not RunStatus.STAGED:  # another was faster
            say(f"Run {run.id} is not started: {error}", "WARNING")
        else:
            say(f"Run {run.id} could not be started: {error}", "ERROR")
            try:
                note_not_started(run, str(error))
            except OSError:  # nothing can be written there; other queues find it out themselves
                self._left_alone.add(run.id)


def _find_marker(run: Run) -> _Marker | None:
    """Return what tells the marker of a staged run from the one that it gets when it is staged again."""
    try:
        found = os.stat(run.dir.staged, follow_symlinks=False)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
