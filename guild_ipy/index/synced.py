"""The database of the runs in one folder, brought up to date before each question."""

from __future__ import annotations

import os
import sqlite3
import struct
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from guild_ipy.errors import SelectError, StoreError, UsageError
from guild_ipy.index.database import DamagedIndex, Database, is_damage
from guild_ipy.index.place import find_folder, home_key, note_home, remove_orphans
from guild_ipy.index.queries.index_reader import IndexReader
from guild_ipy.index.refreshing.refresh_plan import RefreshPlan, find_changed_after, plan_refresh
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir

if TYPE_CHECKING:
    from guild_ipy.index.queries.column_table import StaleSegment
    from guild_ipy.index.refreshing.recheck import Recheck

_Answer = TypeVar("_Answer")

_ATTEMPTS = 2
#: Errors beside those of SQLite that reading a damaged database can raise: values have wrong types.
_NONSENSE = (struct.error, ValueError, TypeError, LookupError, AttributeError)


class SyncedDatabase:
    """A file where there can be one, else a database in memory, brought up to date before each question.

    Parameters
    ----------
    home, settings
        Which runs, and where the file is.
    settle
        Called with a run that has not ended in order, before it is read.
    progress
        Called with the number of runs that have been read, and of all that are to be read, where that takes long.
    file
        The name of the file; None for none.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        settle: Callable[[RunDir], None],
        progress: Callable[[int, int], None],
        *,
        file: str | None,
    ) -> None:
        self.home = home
        self.trouble: str | None = None
        """Why the file could not be used the last time, or had to be built anew."""
        self._settings = settings
        self._settle = settle
        self._progress = progress
        self._file_name = file
        self._mutex = threading.RLock()
        self._file: Database | None = None
        self._memory: Database | None = None
        self._reader: IndexReader | None = None
        self._recheck: Recheck | None = None
        self._suspects: set[str] = set()
        """Runs that were changed in place."""

    def ask(self, question: Callable[[IndexReader], _Answer], *, full: bool = False) -> _Answer:
        """Ask a database that is up to date; `full` also sees changes by others in place at once."""
        with self._mutex:
            self.trouble = None
            for _ in range(_ATTEMPTS if self._file_name else 0):
                try:
                    return question(self._up_to_date(self._open_file(), full=full))
                except (StoreError, SelectError, UsageError):  # the home cannot be read, or the question is wrong
                    raise
                except (sqlite3.Error, DamagedIndex, OSError, *_NONSENSE) as error:
                    self.trouble = f"{type(error).__name__}: {error}"
                    if not (is_damage(error) and self._delete_file()):
                        break
            # no thread looks for changes here, and looking at every run is quick compared with reading all
            return question(self._up_to_date(self._open_memory(), full=True))

    def is_file(self, reader: IndexReader) -> bool:
        """Return whether a question is asked of the file."""
        return reader.database is self._file

    def keep(self, reader: IndexReader, stale: list[StaleSegment]) -> None:
        """Store segments of columns; if that fails they are made again the next time."""
        if stale:
            from guild_ipy.index.queries.column_table import store_segments  # start-up cost: listings have no columns

            try:
                with self._mutex, reader.database.write() as connection:
                    store_segments(connection, stale)
            except (sqlite3.Error, OSError) as error:
                self.trouble = f"{type(error).__name__}: {error}"

    def close(self) -> None:
        """Close its files; they are opened again when they are needed."""
        if self._recheck is not None:
            self._recheck.close()
        with self._mutex:
            for database in (self._file, self._memory):
                if database is not None:
                    database.close()
            self._reader = self._file = self._memory = None

    # -- details

    def _up_to_date(self, database: Database, *, full: bool) -> IndexReader:
        reader = self._read(database)
        is_new = not reader.state().is_complete
        plan = plan_refresh(self.home, reader, self._settle, self._suspects, full=full)
        self._suspects = set()
        if plan:
            self._refresh(database, plan)
            reader.forget_state()
        if database is self._file:
            self._follow_up(reader, is_new=is_new)
            self._memory = None  # there was a time without a file
        return reader

    def _read(self, database: Database) -> IndexReader:
        if self._reader is None or self._reader.database is not database or not database.is_open():
            if not database.is_open():
                database.close()
            self._reader = IndexReader(database, few=self._settings.index_few)
        return self._reader

    def _refresh(self, database: Database, plan: RefreshPlan) -> None:
        from guild_ipy.index.refreshing.refresh import refresh  # start-up cost: mostly nothing has changed

        refresh(self.home, database, plan, self._settle, self._progress)

    def _open_file(self) -> Database:
        if self._file is None:
            self._file = self._find_file()
        return self._file

    def _find_file(self) -> Database:
        folder = find_folder(self.home, self._settings.cache_dir)
        return Database(home_key(self.home), f"{folder}/{self._file_name}", self._settings.index_patience)

    def _open_memory(self) -> Database:
        if self._memory is None:
            self._memory = Database(home_key(self.home))
        return self._memory

    def _delete_file(self) -> bool:
        try:
            if self._file is not None:
                self._file.delete()
        except OSError:
            return False
        return True

    def _follow_up(self, reader: IndexReader, *, is_new: bool) -> None:
        """Note the home of a new file, remove files of homes that are gone, and have changes in place looked for."""
        if is_new:
            folder = find_folder(self.home, self._settings.cache_dir)
            note_home(folder, self.home)
            remove_orphans(os.path.dirname(folder))
        if self._settings.index_few and not reader.state().is_small:
            from guild_ipy.index.refreshing.recheck import Recheck  # start-up cost: few runs are all looked at anyway

            self._recheck = self._recheck or Recheck(self._look)
            self._recheck.begin()

    def _look(self, after: int) -> int:
        """Look at some runs after one of this number, between listings; return the number of the last of them."""
        with self._mutex:
            if self._reader is None or self._reader.database is not self._file:
                return 0
            try:
                changed, last = find_changed_after(self.home, self._reader, after)
            except (sqlite3.Error, *_NONSENSE):  # the next listing meets the same error and handles it
                return 0
            self._suspects |= changed
            return last
