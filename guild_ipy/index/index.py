"""The index of one home, as the layers above use it."""

from __future__ import annotations

import os
import sqlite3
import struct
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from guild_ipy.domain.best import Best
from guild_ipy.domain.run_filter import EVERY, RunFilter
from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.errors import SelectError, StoreError, UsageError
from guild_ipy.index.database import DamagedIndex, Database, is_damage
from guild_ipy.index.news import EVERYTHING, News, find_news
from guild_ipy.index.place import find_folder, home_key
from guild_ipy.index.reader import Reader
from guild_ipy.index.table import StaleSegment, Table, Wanted, store_segments
from guild_ipy.settings import Settings
from guild_ipy.store.home import Home
from guild_ipy.store.run import RunRecord
from guild_ipy.store.run_dir import RunDir

if TYPE_CHECKING:
    from guild_ipy.index.reading import HelperProcess, Hire
    from guild_ipy.index.sweep import Sweep
    from guild_ipy.query.names import Names

_Answer = TypeVar("_Answer")

_ATTEMPTS = 2
#: What reading a damaged database can raise beside its own errors: values of wrong types.
_NONSENSE = (struct.error, ValueError, TypeError, LookupError, AttributeError)


class Index:
    """What is known of the runs of a home without reading their directories.

    Every method can be called by any thread. None fails because of the index: one that is damaged is built anew, and
    where there can be none the directories are read.

    Parameters
    ----------
    home, settings
        Which runs, and where the index is.
    recover
        Called with a run before it is read, if it has a reserve or is otherwise not seen to have ended in order: to
        finish what its dead processes left undone.
    hire
        Starts processes that help to read many runs: :mod:`guild_ipy.index.reading`.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        recover: Callable[[RunDir], None] | None = None,
        hire: Hire | None = None,
    ) -> None:
        self.home = home
        self._recover = recover or _leave_alone
        self._hire = hire or _hire_nobody
        self._settings = settings
        self._mutex = threading.RLock()
        self._reader: Reader | None = None
        self._database: Database | None = None
        self._sweep: Sweep | None = None
        self.trouble: str | None = None
        """Why the index could not be used the last time, or had to be built anew."""

    def close(self) -> None:
        """Close its files; it opens them again when it is used again."""
        with self._mutex:
            if self._sweep is not None:
                self._sweep.close()
            self._drop_reader()

    def refresh(self, *, full: bool = False) -> bool:
        """Bring it up to date; whether it can be used. `full` also sees at once what others changed in place."""
        return self._ask(lambda reader: True, full=full) is not None  # noqa: ARG005 - nothing is asked

    def records(self, run_filter: RunFilter, *, full: bool = False) -> list[RunRecord]:
        """List runs as :func:`guild_ipy.store.runs.list_runs` does."""
        found = None
        if not run_filter.deleted:
            found = self._ask(lambda reader: reader.records(self.home, run_filter), full=full)
        if found is None:
            from guild_ipy.index.directories import list_matching  # start-up cost: for those without an index

            return list_matching(self.home, run_filter, self._recover)
        return found

    def best(self, run_filter: RunFilter, best: Best, *, full: bool = False) -> list[RunRecord]:
        """List the runs that have a number there, the best first, and of equal ones the newest."""
        found = None
        if not run_filter.deleted:
            found = self._ask(lambda reader: reader.best(self.home, run_filter, best), full=full)
        if found is None:
            from guild_ipy.index.unindexed import list_best  # start-up cost, as above

            return list_best(self.home, run_filter, best, self._recover)
        return found

    def ids(self, run_filter: RunFilter, best: Best | None = None, *, full: bool = False) -> list[str]:
        """Give the ids of the runs that pass a filter, newest first, or those that have a number there, best first."""
        found = None
        if not run_filter.deleted:
            found = self._ask(lambda reader: reader.ids(self.home, run_filter, best), full=full)
        if found is not None:
            return found
        records = self.records(run_filter) if best is None else self.best(run_filter, best)
        return [record.dir.id for record in records]

    def names(self) -> Names | None:
        """Give the names of attributes, flags and scalars that runs have; None if there are no runs."""
        found = self._ask(lambda reader: (reader.names(),), full=False)
        if found is None:
            from guild_ipy.index.unindexed import read_names  # start-up cost, as above

            return read_names(self.home, self._recover)
        return found[0]

    def summaries(self, run_dirs: Sequence[RunDir]) -> list[dict[str, ScalarSummary]]:
        """Summarise the scalars of each run as :func:`guild_ipy.store.scalars.summarize` does, by name."""
        live = [run_dir.id for run_dir in run_dirs if run_dir == self.home.run_dir(run_dir.id)]
        found = (self._ask(lambda reader: reader.summaries(live), full=False) if live else None) or {}
        return [found[each.id] if each.id in found else self._summarize(each) for each in run_dirs]

    def table(self, wanted: Wanted, run_filter: RunFilter = EVERY, *, full: bool = False) -> Table:
        """Give columns of the runs that pass a filter, newest first.

        Parameters
        ----------
        wanted
            The columns, or a function that chooses them.
        run_filter
            Which runs.
        full
            Also see at once what others changed in place.
        """
        found = None
        if not run_filter.deleted:
            found = self._ask(lambda reader: reader.table(self.home, wanted, run_filter), full=full)
        if found is None:
            from guild_ipy.index.directories import read_table  # start-up cost, as above

            return read_table(self.home, wanted, run_filter, self._recover)
        return self._keep(*found)

    def table_of(self, run_dirs: Sequence[RunDir], wanted: Wanted, *, full: bool = False) -> Table:
        """Give columns of certain runs, in their order; where one of them is not known, all directories are read."""
        found = None
        if run_dirs and all(run_dir == self.home.run_dir(run_dir.id) for run_dir in run_dirs):
            ids = [run_dir.id for run_dir in run_dirs]
            found = self._ask(lambda reader: (reader.table_of(ids, wanted),), full=full)
        if found is None or found[0] is None:
            from guild_ipy.index.directories import read_table_of  # start-up cost, as above

            return read_table_of(run_dirs, wanted, self._recover)
        return self._keep(*found[0])

    # -- details

    def _keep(self, table: Table, stale: Sequence[StaleSegment]) -> Table:
        if stale:
            self._store(stale)
        return table

    def _store(self, stale: Sequence[StaleSegment]) -> None:
        """Store segments; if that cannot be done they are made again the next time."""
        try:
            with self._mutex, self._open_database().open_writer() as connection:
                connection.execute("begin immediate")
                store_segments(connection, stale)
                connection.execute("commit")
        except (sqlite3.Error, OSError, DamagedIndex) as error:
            self.trouble = f"{type(error).__name__}: {error}"

    def _summarize(self, run_dir: RunDir) -> dict[str, ScalarSummary]:
        from guild_ipy.store.scalars import summarize  # start-up cost, as above

        self._recover(run_dir)
        return summarize(run_dir)

    def _ask(self, question: Callable[[Reader], _Answer], *, full: bool) -> _Answer | None:
        """Ask an index that is up to date; None if there can be none now."""
        with self._mutex:
            self.trouble = None
            for _ in range(_ATTEMPTS):
                try:
                    return question(self._up_to_date(full=full))
                except (StoreError, SelectError, UsageError):  # the home cannot be read, the question is a wrong one
                    raise
                except (sqlite3.Error, DamagedIndex, OSError, *_NONSENSE) as error:
                    self.trouble = f"{type(error).__name__}: {error}"
                    self._drop_reader()
                    if not (_is_damage(error) and self._put_aside()):
                        break
            return None

    def _up_to_date(self, *, full: bool) -> Reader:
        reader = self._open_reader()
        if reader is None:
            self._update(EVERYTHING)
            self._keep_house()
        else:
            suspects = self._sweep.take() if self._sweep is not None else ()
            news = find_news(self.home, reader, suspects, full=full)
            if news:
                self._update(news)
            self._ask_for_sweep(reader)
        reader = reader or self._open_reader()
        if reader is None:
            raise DamagedIndex("it is gone again")
        return reader

    def _keep_house(self) -> None:
        """Leave word of whose index this is, and remove those of homes that are gone."""
        from guild_ipy.index.orphans import note_home, remove_orphans  # start-up cost: for those who make an index

        folder = find_folder(self.home, self._settings.cache_dir)
        note_home(folder, self.home)
        remove_orphans(os.path.dirname(folder))

    def _update(self, news: News) -> None:
        from guild_ipy.index.refresh import update  # start-up cost: for those who find that something has changed

        update(self.home, self._open_database(), news, self._recover, self._hire)

    def _open_reader(self) -> Reader | None:
        if self._reader is not None and not self._reader.is_current():
            self._drop_reader()
        if self._reader is None:
            try:
                self._reader = Reader(self._open_database(), few=self._settings.index_few)
            except FileNotFoundError:
                return None
        return self._reader

    def _open_database(self) -> Database:
        if self._database is None:
            folder = find_folder(self.home, self._settings.cache_dir)
            self._database = Database(folder, home_key(self.home), self._settings.index_patience)
        return self._database

    def _ask_for_sweep(self, reader: Reader) -> None:
        if not self._settings.index_sweep or reader.state().is_small:
            return
        if self._sweep is None:
            from guild_ipy.index.sweep import Sweep  # start-up cost: not for shells, which are gone at once

            self._sweep = Sweep(self.home, self._open_database())
        self._sweep.ask()

    def _drop_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _put_aside(self) -> bool:
        try:
            self._open_database().put_aside()
        except OSError:
            return False
        return True


def _leave_alone(run_dir: RunDir) -> None:
    """Take a run as it is."""


def _hire_nobody(runs: str, count: int) -> Sequence[HelperProcess]:  # noqa: ARG001 - as others are called
    """Read all runs in this process."""
    return ()


def _is_damage(error: Exception) -> bool:
    """Whether an error says that the index is damaged, and not only that it cannot be used now."""
    if isinstance(error, sqlite3.Error):
        return is_damage(error)
    return not isinstance(error, OSError)
