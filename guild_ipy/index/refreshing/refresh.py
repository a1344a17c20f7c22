"""Reading again the runs that have changed, and writing them into the index."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

from guild_ipy.errors import StoreError
from guild_ipy.index.database import Database
from guild_ipy.index.refreshing.ended_run import read_ended
from guild_ipy.index.refreshing.refresh_plan import RefreshPlan, is_name, stamp_folder
from guild_ipy.index.refreshing.row_writer import KnownRun, RowWriter
from guild_ipy.index.rows.entry import Care, read_entry
from guild_ipy.index.rows.event_sources import prune, read_sources, stamp_sources, summarize_sources
from guild_ipy.index.rows.run_rows import ReadRun
from guild_ipy.index.rows.scalar_rows import summary_rows
from guild_ipy.index.rows.stamps import Stamp
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import is_run
from guild_ipy.store.state.changes import LogPosition, read_changes

#: How long the database is locked at a time; in the pause other processes can use it.
_CHUNK_SECONDS = 1.0
_PAUSE_SECONDS = 0.05


def refresh(
    home: Home,
    database: Database,
    plan: RefreshPlan,
    settle: Callable[[RunDir], None],
    progress: Callable[[int, int], None],
) -> None:
    """Bring the index up to date, a part at a time, so that other processes can read and write in between.

    Parameters
    ----------
    home, database, plan
        The runs to be read, and where they are kept.
    settle
        Called with a run that has not ended in order, before it is read.
    progress
        Called with the number of runs that have been read, and of all that are to be read, where that takes long.

    Raises
    ------
    StoreError
        If the runs cannot be listed.
    DamagedIndex, sqlite3.Error, OSError
        If the index cannot be written.
    """
    work = _Refresh(home, plan, settle)
    while not work.is_done:
        with database.write() as connection:
            work.go_on(RowWriter(connection))
        if work.takes_long:
            progress(*work.count())
            time.sleep(_PAUSE_SECONDS)


def put_runs(database: Database, run_dirs: Sequence[RunDir], settle: Callable[[RunDir], None]) -> list[int]:
    """Read runs of any folders into an empty database, and return their numbers."""
    with database.write() as connection:
        writer = RowWriter(connection)
        numbers = {run_dir: writer.put(_read(run_dir, settle)) for run_dir in dict.fromkeys(run_dirs)}
        writer.finish()
    return [numbers[run_dir] for run_dir in run_dirs]


class _Refresh:
    """The work of a refresh; each call of :meth:`go_on` does a part of it in one transaction."""

    def __init__(self, home: Home, plan: RefreshPlan, settle: Callable[[RunDir], None]) -> None:
        self._home = home
        self._plan = plan
        self._settle = settle
        self.is_done = self.takes_long = False
        self._pending: list[str] | None = None
        """The names of the runs that have not been read yet."""
        self._total = 0
        self._new: frozenset[str] = frozenset()
        """The names that were not known."""
        self._position = LogPosition()
        self._folder: Stamp | None = None
        self._is_racy = False

    def count(self) -> tuple[int, int]:
        """Return how many runs have been read, and how many are to be read."""
        return self._total - len(self._pending or ()), self._total

    def go_on(self, writer: RowWriter) -> None:
        if self._pending is None:
            self._pending = self._list_names(writer)
            self._total = len(self._pending)
        deadline = time.monotonic() + _CHUNK_SECONDS
        while self._pending and time.monotonic() < deadline:
            self._read(self._pending.pop(), writer)
        if self._pending:
            self.takes_long = True
        else:
            self._conclude(writer)
        writer.finish()

    def _list_names(self, writer: RowWriter) -> list[str]:
        """Return the names of the runs that are to be read, now that no other process writes."""
        changes = read_changes(self._home, writer.position())
        self._position = changes.position
        names = self._plan.ids | changes.ids
        if self._plan.is_scan_due:
            names |= self._scan(writer)
        return sorted(filter(is_name, names))

    def _scan(self, writer: RowWriter) -> set[str]:
        """List the folder of runs: forget runs that are gone; return those that are new or have replaced another."""
        read_at = time.time_ns()
        self._folder = stamp_folder(self._home)
        self._is_racy = self._folder.is_racy(read_at)
        found, known = _list_folders(self._home), writer.known()
        for name in known.keys() - found.keys():
            writer.remove(name)
        self._new = frozenset(found.keys() - known.keys())
        return {name for name, inode in found.items() if known.get(name) != inode}

    def _read(self, name: str, writer: RowWriter) -> None:
        run_dir, known = self._home.run_dir(name), writer.find(name)
        if known is not None and name in self._new:
            return  # another process has read it since
        if ended := read_ended(run_dir):
            writer.put(ended, known)
        elif is_run(run_dir.path) and (read := _read_any(run_dir, known, self._settle)).inode:
            writer.put(read, known)
        else:
            writer.remove(name)
            if os.path.isdir(run_dir.path):
                writer.put_folder(name)

    def _conclude(self, writer: RowWriter) -> None:
        if self._folder is not None:
            writer.set_scanned(self._folder.digest, is_racy=self._is_racy)
        writer.set_position(self._position)
        self.is_done = True


def _read(run_dir: RunDir, settle: Callable[[RunDir], None]) -> ReadRun:
    return read_ended(run_dir) or _read_any(run_dir, None, settle)


def _read_any(run_dir: RunDir, known: KnownRun | None, settle: Callable[[RunDir], None]) -> ReadRun:
    """Read a run, damaged or not; of its event files, the part that is new."""
    settle(run_dir)
    entry = read_entry(run_dir)
    stamps, sources = stamp_sources(run_dir), known.sources if known else ()
    scalars = None
    if stamps != {source.path: source.stamp for source in sources}:
        sources = read_sources(run_dir, stamps, sources)
        scalars = summary_rows(summarize_sources(run_dir, sources).values())
    try:
        inode = os.lstat(run_dir.path).st_ino
    except FileNotFoundError:  # deleted while it was read
        inode = 0
    kept = prune(sources) if entry.care is Care.SETTLED else sources
    return ReadRun(entry=entry, inode=inode, sources=kept, scalars=scalars)


def _list_folders(home: Home) -> dict[str, int]:
    """Return the folders among the runs with the numbers of their inodes."""
    try:
        with os.scandir(home.runs) as entries:
            return {entry.name: entry.inode() for entry in entries if entry.is_dir()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StoreError(f"cannot list the runs in {home.runs!r}: {error.strerror}") from error
