"""The runs of a home as a queue needs them: which are staged, in what order, and which are at work.

The index would look at each staged run again for each question, since others may change it in place; with thousands of
them that takes long. Here the change log and the folder of runs say which runs to look at. Nothing is written: a run
that Guild AI is just starting can look like one whose process has died.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator

from guild_ipy.domain.opref import QUEUE
from guild_ipy.domain.status import RunStatus
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.attrs import find_attr
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_record import read_status
from guild_ipy.store.state.changes import LogPosition, read_changes
from guild_ipy.store.state.markers import is_waiting

#: So long a new run is looked at each time: Guild AI makes its directory first, and stages it later.
_YOUNG_SECONDS = 10.0


class HomeRuns:
    """The staged runs of a home and those at work, as of the last :meth:`look`.

    Parameters
    ----------
    interval
        The seconds after which all runs are looked at, since others may change one without saying so.
    """

    def __init__(self, home: Home, interval: float) -> None:
        self._home = home
        self._interval = interval
        self._next_whole_look = 0.0
        self._position = LogPosition()
        self._known: set[str] = set()
        self._young: dict[str, float] = {}
        """New runs, and until when they are looked at each time."""
        self._staged: dict[str, int] = {}
        """The times at which they were staged, in microseconds since 1970."""
        self._active: set[str] = set()

    def look(self) -> None:
        """Look at the runs that have changed, or at all of them."""
        changes = read_changes(self._home, self._position)
        self._position = changes.position
        names = set(os.listdir(self._home.runs))
        now = time.monotonic()
        if now > self._next_whole_look or not changes.is_complete:
            self._known.clear()
            self._next_whole_look = now + self._interval
        new = names - self._known
        self._young = {name: end for name, end in self._young.items() if end > now}
        self._young |= dict.fromkeys(new if self._known else (), now + _YOUNG_SECONDS)
        self._known = names
        self._forget((self._staged.keys() | self._active) - names)
        self._look_at((new | changes.ids | self._active | self._young.keys()) & names)

    @property
    def staged(self) -> Iterator[Run]:
        """The staged runs, the next one first."""
        order = sorted((time_, name) for name, time_ in self._staged.items())
        return (Run(self._home.run_dir(name)) for _, name in order)

    @property
    def at_work(self) -> list[Run]:
        """The runs at work, without queues."""
        return [Run(self._home.run_dir(name)) for name in sorted(self._active)]

    def _look_at(self, names: Iterable[str]) -> None:
        for name in names:
            run = Run(self._home.run_dir(name))
            self._forget([name])
            status = read_status(run.dir) if os.path.exists(run.dir.opref) else None
            if status is RunStatus.STAGED:
                self._staged[name] = _staged_at(run)
            elif _is_at_work(run, status):
                self._active.add(name)

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self._staged.pop(name, None)
            self._active.discard(name)


def _is_at_work(run: Run, status: RunStatus | None) -> bool:
    is_active = status is RunStatus.RUNNING or (status is RunStatus.PENDING and not is_waiting(run.dir))
    return is_active and run.opref != QUEUE


def _staged_at(run: Run) -> int:
    started = find_attr(run.dir, "started")
    return started if isinstance(started, int) else 0
