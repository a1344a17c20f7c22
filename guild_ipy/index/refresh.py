"""Reading again what has changed, and writing it into the index."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable

from guild_ipy.errors import StoreError
from guild_ipy.index.database import Database
from guild_ipy.index.ended import read_ended
from guild_ipy.index.entry import Care, read_entry
from guild_ipy.index.news import News, is_name, stamp_folder
from guild_ipy.index.read_run import ReadRun
from guild_ipy.index.reading import Answer, Crew, Hire
from guild_ipy.index.scalar_rows import summary_rows
from guild_ipy.index.sources import prune, read_sources, stamp_sources, summarize_sources
from guild_ipy.index.stamps import Stamp
from guild_ipy.index.writer import KnownRun, Writer
from guild_ipy.store.changes import LogPosition, read_changes
from guild_ipy.store.home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.runs import is_run

#: How many runs are read between two looks at what helpers have read.
_OWN_SHARE = 8
#: For so long the lock is held at a time.
_CHUNK_SECONDS = 0.5


def update(home: Home, database: Database, news: News, recover: Callable[[RunDir], None], hire: Hire) -> None:
    """Bring the index up to date, a part at a time, so that others can read and write in between.

    Parameters
    ----------
    home, database, news
        What is to be read, and where it is kept.
    recover
        Called with a run before it is read, unless it is seen to have ended in order.
    hire
        How helpers are started, if there is much to read.

    Raises
    ------
    StoreError
        If the runs cannot be listed.
    IndexBusy, DamagedIndex, sqlite3.Error, OSError
        If the index cannot be written.
    """
    crew = Crew(home.runs, hire)
    work = _Update(home, news, recover, crew)
    try:
        while not work.is_done:
            with database.open_writer() as connection:
                connection.execute("begin immediate")
                work.go_on(connection)
                connection.execute("commit")
            database.let_others_write()
    finally:
        crew.close()


class _Update:
    """What is left to do of an update; every call of :meth:`go_on` does a part of it in one transaction."""

    def __init__(self, home: Home, news: News, recover: Callable[[RunDir], None], crew: Crew) -> None:
        self._recover = recover
        self._crew = crew
        self.is_done = False
        self._home = home
        self._news = news
        self._new: list[str] = []
        """Of what is to be read, that of which nothing is known."""
        self._pending: list[str] | None = None
        """The rest of it."""
        self._unknown: frozenset[str] = frozenset()
        """What was found to be new."""
        self._gen = -1
        """What the index was at when that was found, or when it was last written here."""
        self._position = LogPosition()
        self._folder: Stamp | None = None
        self._is_racy = False

    def go_on(self, connection: sqlite3.Connection) -> None:
        writer = Writer(connection)
        if self._pending is None:
            ids = self._plan(writer)
            self._new = [name for name in ids if name in self._unknown]
            self._pending = [name for name in ids if name not in self._unknown]
        deadline = time.monotonic() + _CHUNK_SECONDS
        if self._unknown and writer.gen != self._gen:
            self._forget_what_is_new()
        self._read_new(writer, deadline)
        while self._pending and time.monotonic() < deadline:
            self._read(self._pending.pop(), writer)
        if not self._new and not self._pending:
            self._conclude(writer)
        self._gen = writer.finish()

    def _plan(self, writer: Writer) -> list[str]:
        """Find out, now that nobody else writes, which runs are to be read."""
        changes = read_changes(self._home, writer.position())
        self._position = changes.position
        ids = self._news.ids | changes.ids
        if self._news.is_scan_due:
            ids |= self._scan(writer)
        return sorted(filter(is_name, ids))

    def _scan(self, writer: Writer) -> set[str]:
        """List the folder of runs: forget what is gone, and give what is new or in the place of another."""
        read_at = time.time_ns()
        self._folder = stamp_folder(self._home)
        self._is_racy = self._folder.is_racy(read_at)
        found = _list_folders(self._home)
        known = writer.known()
        changed = {name for name, inode in found.items() if known.get(name) != inode}
        self._unknown, self._gen = frozenset(name for name in changed if name not in known), writer.gen
        if len(known) > len(found) - len(self._unknown):
            for name in known.keys() - found.keys():
                writer.remove(name)
        return changed

    def _forget_what_is_new(self) -> None:
        """Look up each run from now on: others have written since, also runs that were found to be new.

        For good: what is written here next has a number of its own, which says nothing of what they wrote before.
        """
        assert self._pending is not None, "it has been planned"
        self._pending += self._new
        self._new, self._unknown = [], frozenset()

    def _read_new(self, writer: Writer, deadline: float) -> None:
        """Read runs of which nothing is known, and have others read more of them; nothing is left with those others."""
        while self._new and time.monotonic() < deadline:
            self._crew.hand_out(self._new)
            self._take(self._crew.answers(), writer)
            for name in self._new[-_OWN_SHARE:]:
                self._read(name, writer)
            del self._new[-_OWN_SHARE:]
        self._take(self._crew.answers(wait=True), writer)

    def _take(self, answers: Iterable[Answer], writer: Writer) -> None:
        for name, rows in answers:
            if rows is None:
                self._read(name, writer)
            else:
                writer.put_new(rows)

    def _read(self, name: str, writer: Writer) -> None:
        run_dir = self._home.run_dir(name)
        if ended := read_ended(run_dir):
            writer.put(ended, self._find(name, writer))
        elif is_run(run_dir.path):
            self._read_any(run_dir, writer)
        else:
            writer.remove(name)
            if os.path.isdir(run_dir.path):
                writer.put_folder(name)

    def _find(self, name: str, writer: Writer) -> KnownRun | None:
        """Give what is known of a run; nothing of a new one."""
        return None if name in self._unknown else writer.find(name)

    def _read_any(self, run_dir: RunDir, writer: Writer) -> None:
        known = self._find(run_dir.id, writer)
        self._recover(run_dir)
        entry = read_entry(run_dir)
        stamps, sources = stamp_sources(run_dir), known.sources if known else ()
        scalars = None
        if stamps != {source.path: source.stamp for source in sources}:
            sources = read_sources(run_dir, stamps, sources)
            scalars = summary_rows(summarize_sources(run_dir, sources).values())
        try:
            inode = os.lstat(run_dir.path).st_ino
        except FileNotFoundError:  # deleted while it was read
            return writer.remove(run_dir.id)
        kept = prune(sources) if entry.care is Care.SETTLED else sources
        return writer.put(ReadRun(entry=entry, inode=inode, sources=kept, scalars=scalars), known)

    def _conclude(self, writer: Writer) -> None:
        if self._folder is not None:
            writer.set_scanned(self._folder.digest, is_racy=self._is_racy)
        writer.set_position(self._position)
        self.is_done = True


def _list_folders(home: Home) -> dict[str, int]:
    """Give the folders among the runs with the numbers of their inodes."""
    try:
        with os.scandir(home.runs) as entries:
            return {entry.name: entry.inode() for entry in entries if entry.is_dir()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StoreError(f"cannot list the runs in {home.runs!r}: {error.strerror}") from error
