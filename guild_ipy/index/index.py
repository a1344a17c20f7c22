"""The index of one home, as the layers above use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.index.database import Database
from guild_ipy.index.place import home_key
from guild_ipy.index.queries.index_reader import IndexReader
from guild_ipy.index.synced import SyncedDatabase
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import RunRecord

if TYPE_CHECKING:
    from guild_ipy.domain.choosing.best import Best
    from guild_ipy.domain.values.scalars import ScalarSummary
    from guild_ipy.index.queries.column_table import Table, Wanted
    from guild_ipy.query.expression import Dropped
    from guild_ipy.query.names import Names


#: Names of files. Runs were settled before they were read into the first, and only looked at for the second.
SETTLED, UNSETTLED = "index.db", "unsettled.db"


class Index:
    """The runs of a home, as far as they are known without reading their directories.

    Every method can be called by any thread. None fails because of the index: one that is damaged is built anew, and
    where there can be no file, the directories are read into a database in memory, which answers the same questions.
    Deleted runs are always read into memory.

    Parameters
    ----------
    home, settings
        Which runs, and where the index is.
    settle
        Called with a run that has not ended in order, before it is read: writes what its dead processes left undone.
        Without it nothing is written but the index, and that has a file of its own.
    progress
        Called with the number of runs that have been read, and of all that are to be read, where that takes long.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        settle: Callable[[RunDir], None] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.home = home
        self._settle = settle or _leave_alone
        shown = progress or _show_nothing
        self._live = SyncedDatabase(home, settings, self._settle, shown, file=SETTLED if settle else UNSETTLED)
        self._deleted = SyncedDatabase(home.deleted, settings, self._settle, shown, file=None)

    @property
    def trouble(self) -> str | None:
        """Why the file could not be used the last time, or had to be built anew."""
        return self._live.trouble

    def close(self) -> None:
        """Close its files; they are opened again when they are needed."""
        self._live.close()
        self._deleted.close()

    def refresh(self, *, full: bool = False) -> bool:
        """Bring it up to date, with `full` also with changes by others in place; return whether there is a file."""
        return self._live.ask(self._live.is_file, full=full)

    def records(self, run_filter: RunFilter, *, full: bool = False) -> list[RunRecord]:
        """Return the runs that pass a filter, newest first."""
        runs = self._of(run_filter)
        return runs.ask(lambda reader: reader.records(runs.home, run_filter), full=full)

    def best(self, run_filter: RunFilter, best: Best, *, full: bool = False) -> list[RunRecord]:
        """Return the runs that have a number to be ranked by, the best first, and of equal ones the newest."""
        runs = self._of(run_filter)
        return runs.ask(lambda reader: reader.best(runs.home, run_filter, best), full=full)

    def ids(self, run_filter: RunFilter, best: Best | None = None, *, full: bool = False) -> list[str]:
        """Return the ids of the runs that pass a filter, newest first, or with `best` the best first."""
        return self._of(run_filter).ask(lambda reader: reader.ids(run_filter, best), full=full)

    def explain(self, run_filter: RunFilter) -> list[tuple[RunRecord, Dropped | None]]:
        """Return the runs that pass the rest of a filter, each with the reason why its expression drops it."""
        runs = self._of(run_filter)
        return runs.ask(lambda reader: reader.explain(runs.home, run_filter))

    def names(self) -> Names | None:
        """Return the names of attributes, flags and scalars that runs have; None if there are no runs."""
        return self._live.ask(IndexReader.names)

    def summaries(self, run_dirs: Sequence[RunDir]) -> list[dict[str, ScalarSummary]]:
        """Summarise the scalars of each run as ``summarize`` does, by name."""
        live = [run_dir.id for run_dir in run_dirs if run_dir == self.home.run_dir(run_dir.id)]
        found = self._live.ask(lambda reader: reader.summaries(live)) if live else {}
        return [found[each.id] if each.id in found else self._summarize(each) for each in run_dirs]

    def table(self, wanted: Wanted, run_filter: RunFilter = EVERY, *, full: bool = False) -> Table:
        """Return columns of the runs that pass a filter, newest first.

        Parameters
        ----------
        wanted
            The columns; or a function that chooses them, which is given one that returns the names of a kind (``flag``,
            ``attr`` or ``scalar``) that these runs have.
        run_filter
            Which runs.
        full
            Also see at once changes by others in place in runs that have ended; else that takes some seconds.

        Returns
        -------
        Table
            While `gen` is the same, all columns of all live runs are the same. It is 0 for other runs.
        """
        runs = self._of(run_filter)

        def read(reader: IndexReader) -> Table:
            table, stale = reader.table(wanted, run_filter)
            runs.keep(reader, stale)
            return table

        table = runs.ask(read, full=full)
        return replace(table, gen=0) if run_filter.deleted else table

    def table_of(self, run_dirs: Sequence[RunDir], wanted: Wanted, *, full: bool = False) -> Table:
        """Return columns of certain runs, in their order; where one of them is not live, they alone are read."""

        def read(reader: IndexReader) -> Table | None:
            found = reader.table_of([run_dir.id for run_dir in run_dirs], wanted)
            if found is None:
                return None
            table, stale = found
            self._live.keep(reader, stale)
            return table

        is_live = run_dirs and all(run_dir == self.home.run_dir(run_dir.id) for run_dir in run_dirs)
        table = self._live.ask(read, full=full) if is_live else None
        return self._read_table(run_dirs, wanted) if table is None else table

    # -- details

    def _of(self, run_filter: RunFilter) -> SyncedDatabase:
        return self._deleted if run_filter.deleted else self._live

    def _read_table(self, run_dirs: Sequence[RunDir], wanted: Wanted) -> Table:
        from guild_ipy.index.refreshing.refresh import put_runs  # start-up cost: most runs are live

        database = Database(home_key(self.home))
        numbers = put_runs(database, run_dirs, self._settle)
        return replace(IndexReader(database).table_of_all(numbers, wanted), gen=0)

    def _summarize(self, run_dir: RunDir) -> dict[str, ScalarSummary]:
        from guild_ipy.store.events.scalar_summaries import summarize  # start-up cost, as above

        self._settle(run_dir)
        return summarize(run_dir)


def _leave_alone(run_dir: RunDir) -> None:
    """Leave a run as it is."""


def _show_nothing(done: int, total: int) -> None:
    """Show no progress."""
