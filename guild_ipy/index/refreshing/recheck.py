"""Looking for changes that other programs made in runs that have ended, where there are many of them.

Guild AI and editors write files in place, which changes no folder. To look at every run for each listing would take
half a second for 100,000 runs; so a thread does it after a listing, and rests for twice as long as it works. The runs
that it finds are read again for the next listing.
"""

from __future__ import annotations

import atexit
import sqlite3
import threading
import time
from collections.abc import Set as AbstractSet

from guild_ipy.index.asking.table_reader import Reader
from guild_ipy.index.database import DamagedIndex, Database
from guild_ipy.index.refreshing.freshness import find_changed
from guild_ipy.index.rows.entry import Care
from guild_ipy.store.guild_home import Home

_RUNS_AT_A_TIME = 200
_REST = 2.0
#: For so long nothing is looked for after a pass over all runs.
_PAUSE_SECONDS = 1.0


class Recheck:
    """A thread that passes once over all runs, whenever it is asked to and not at work.

    Parameters
    ----------
    home, database
        The runs, and a connection of the thread's own to what is known of them.
    """

    def __init__(self, home: Home, database: Database) -> None:
        self._home = home
        self._database = database
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._not_before = time.monotonic() + _PAUSE_SECONDS  # a shell is gone by then
        self._changed: set[str] = set()

    def ask(self) -> None:
        """Begin a pass over all runs, unless one is at work or has just ended."""
        if (self._thread is None or not self._thread.is_alive()) and time.monotonic() >= self._not_before:
            self._stop.clear()
            atexit.register(self.close)  # it must not be at work when the interpreter takes things apart
            self._thread = threading.Thread(target=self._pass_over_all, name="guild_ipy recheck", daemon=True)
            self._thread.start()

    def take(self) -> AbstractSet[str]:
        """Return the ids of the runs that have been found to have changed since the last time."""
        with self._guard:
            taken, self._changed = self._changed, set()
            return taken

    def close(self) -> None:
        """End the thread, and wait for its end."""
        atexit.unregister(self.close)
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _pass_over_all(self) -> None:
        try:
            reader, after = Reader(self._database), 0
            while True:
                begin = time.monotonic()
                changed, after = find_changed_part(self._home, reader, after)
                with self._guard:
                    self._changed |= changed
                if not after or self._stop.wait(_REST * (time.monotonic() - begin)):
                    return
        except (sqlite3.Error, DamagedIndex, OSError, ValueError):
            return  # the next listing finds out about it
        finally:
            self._database.close()
            self._not_before = time.monotonic() + _PAUSE_SECONDS


def find_changed_part(home: Home, reader: Reader, after: int) -> tuple[set[str], int]:
    """Compare the next runs after a number: return those that have changed, and the last number, 0 at the end."""
    part = reader.watched(after=after, limit=_RUNS_AT_A_TIME)
    changed = find_changed(home, (each for _, each in part if each.care is Care.SETTLED))
    return changed, part[-1][0] if part else 0
