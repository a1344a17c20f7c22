"""Looking for what others changed in runs that have ended: their stamps are compared in turn, in the background.

Guild AI and editors write files in place, which changes no folder. To look at every run for each listing would take
half a second for 100,000 runs; so a thread does it after a listing, for as long as listings are asked for, and
works a third of the time at most. What it finds is read again for the next listing.
"""

from __future__ import annotations

import atexit
import sqlite3
import threading
import time
from collections.abc import Set as AbstractSet

from guild_ipy.index.database import DamagedIndex, Database
from guild_ipy.index.entry import Care
from guild_ipy.index.news import find_changed
from guild_ipy.index.reader import Reader
from guild_ipy.store.home import Home

_RUNS_AT_A_TIME = 200
#: How long it rests for each second of work.
_REST = 2.0
_PAUSE_SECONDS = 1.0
_DELAY_SECONDS = 0.05
#: The thread ends when nothing has been asked for so long.
_IDLE_SECONDS = 10.0


def sweep_part(home: Home, reader: Reader, after: int) -> tuple[set[str], int]:
    """Compare the next runs behind number `after`: those that have changed, and the last number, 0 at the end."""
    part = reader.watched(after=after, limit=_RUNS_AT_A_TIME)
    changed = find_changed(home, (each for _, each in part if each.care is Care.SETTLED))
    return changed, part[-1][0] if part else 0


class Sweep:
    """The thread of one index.

    Parameters
    ----------
    home, database
        The runs, and what is known of them.
    """

    def __init__(self, home: Home, database: Database) -> None:
        self._home = home
        self._database = database
        self._guard = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_wanted = False
        self._is_closed = False
        self._suspects: set[str] = set()

    def ask(self) -> None:
        """Ask for one more pass over all runs; it does not wait for it."""
        with self._guard:
            self._is_wanted = True
            self._is_closed = False
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="guild_ipy index sweep", daemon=True)
                self._thread.start()
                atexit.register(self.close)  # it must not be at work when the interpreter takes things apart
            self._guard.notify_all()

    def take(self) -> AbstractSet[str]:
        """Take the runs that have been found to have changed since the last time."""
        if not self._suspects:
            return frozenset()
        with self._guard:
            taken, self._suspects = self._suspects, set()
            return taken

    def close(self) -> None:
        """End the thread, and wait for its end."""
        atexit.unregister(self.close)
        with self._guard:
            self._is_closed = True
            self._guard.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    # -- in the thread

    def _work(self) -> None:
        while self._wait_for_work():
            self._rest(_DELAY_SECONDS)  # whoever has asked has something else to do first
            try:
                self._pass_over_all()
            except (sqlite3.Error, DamagedIndex, OSError, ValueError):
                continue  # the next listing finds out about it

    def _wait_for_work(self) -> bool:
        with self._guard:
            self._guard.wait_for(lambda: self._is_wanted or self._is_closed, _IDLE_SECONDS)
            if self._is_closed or not self._is_wanted:
                atexit.unregister(self.close)
                self._thread = None
                return False
            self._is_wanted = False
            return True

    def _pass_over_all(self) -> None:
        reader = Reader(self._database)
        try:
            after = 0
            while not self._is_closed:
                begin = time.monotonic()
                changed, after = sweep_part(self._home, reader, after)
                with self._guard:
                    self._suspects |= changed
                self._rest(_REST * (time.monotonic() - begin))
                if not after:
                    break
        finally:
            reader.close()
        self._rest(_PAUSE_SECONDS)

    def _rest(self, seconds: float) -> None:
        with self._guard:
            self._guard.wait_for(lambda: self._is_closed, seconds)
