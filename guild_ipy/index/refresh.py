"""Bringing the index up to date, at a cost that does not depend on how many runs there are.

Before every listing these are looked at:

- the stamp of the folder of runs; only if it has changed is the folder listed;
- runs that have not ended, and what lies among the runs and may become one;
- the change log, in which everyone of us notes the runs that he has changed;
- runs that the sweep suspects (:mod:`guild_ipy.index.sweep`), which compares the stamps of all others in turn;
- all runs, if they are few.

Looking needs no lock. What has changed is read again under the lock, so that an older look never replaces a newer.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from guild_ipy.errors import StoreError
from guild_ipy.index.database import Database
from guild_ipy.index.ended import read_ended
from guild_ipy.index.entry import Care, encode_record, read_entry
from guild_ipy.index.read_run import ReadRun
from guild_ipy.index.reader import Reader, Watched
from guild_ipy.index.scalar_rows import summary_rows
from guild_ipy.index.sources import have_changed, prune, read_sources, stamp_sources, summarize_sources
from guild_ipy.index.stamps import Stamp, stamp_paths, stamp_run
from guild_ipy.index.values import encode_json, text_to_sql
from guild_ipy.index.writer import KnownRun, Writer
from guild_ipy.store.changes import LogPosition, read_changes
from guild_ipy.store.home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.runs import is_run

#: For so long the lock is held at a time.
_CHUNK_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class News:
    """What has to be done to bring the index up to date."""

    ids: frozenset[str] = frozenset()
    """Runs to be read again."""
    is_scan_due: bool = False
    """Whether the folder of runs has to be listed."""
    position: LogPosition | None = None
    """Where the change log ends, if that is farther than before."""

    def __bool__(self) -> bool:
        return bool(self.ids) or self.is_scan_due or self.position is not None


EVERYTHING = News(is_scan_due=True)


def find_news(home: Home, reader: Reader, suspects: Iterable[str] = (), *, full: bool = False) -> News:
    """Look for what has changed; `full` compares the stamps of all runs."""
    state = reader.state()
    folder = stamp_folder(home)
    changes = read_changes(home, state.position)
    ids = {*changes.ids, *suspects}
    ids |= {each.id for each in state.unsettled if _has_changed(home, reader, each)}
    ids |= {name for name in state.folders if is_run(f"{home.runs}/{name}")}
    if full or state.is_small or not changes.is_complete:
        others = (each for _, each in reader.watched() if each.care is not Care.FLUID)
        ids |= find_changed(home, others, is_deep=full)
    return News(
        ids=frozenset(filter(_is_name, ids)),
        is_scan_due=full or state.is_racy or folder.digest != state.runs or not state.is_complete,
        position=changes.position if changes.position != state.position else None,
    )


def find_changed(home: Home, runs: Iterable[Watched], *, is_deep: bool = False) -> set[str]:
    """Give the runs whose stamps are no longer what they were; `is_deep` also looks for new files in all folders."""
    return {each.id for each in runs if _is_changed(home.run_dir(each.id), each, is_deep=is_deep)}


def stamp_folder(home: Home) -> Stamp:
    """Take the stamp of the folder of runs."""
    return stamp_paths([home.runs])


def update(home: Home, database: Database, news: News, recover: Callable[[RunDir], None]) -> None:
    """Bring the index up to date, a part at a time, so that others can read and write in between.

    Parameters
    ----------
    home, database, news
        What is to be read, and where it is kept.
    recover
        Called with a run before it is read, unless it is seen to have ended in order.

    Raises
    ------
    StoreError
        If the runs cannot be listed.
    IndexBusy, DamagedIndex, sqlite3.Error, OSError
        If the index cannot be written.
    """
    work = _Update(home, news, recover)
    while not work.is_done:
        with database.open_writer() as connection:
            connection.execute("begin immediate")
            work.go_on(connection)
            connection.execute("commit")
        database.let_others_write()


class _Update:
    """What is left to do of an update; every call of :meth:`go_on` does a part of it in one transaction."""

    def __init__(self, home: Home, news: News, recover: Callable[[RunDir], None]) -> None:
        self._recover = recover
        self.is_done = False
        self._home = home
        self._news = news
        self._pending: list[str] | None = None
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
            self._pending = self._plan(writer)
        deadline = time.monotonic() + _CHUNK_SECONDS
        while self._pending and time.monotonic() < deadline:
            self._read(self._pending.pop(), writer)
        if not self._pending:
            self._conclude(writer)
        self._gen = writer.finish()

    def _plan(self, writer: Writer) -> list[str]:
        """Find out, now that nobody else writes, which runs are to be read."""
        changes = read_changes(self._home, writer.position())
        self._position = changes.position
        ids = self._news.ids | changes.ids
        if self._news.is_scan_due:
            ids |= self._scan(writer)
        return sorted(filter(_is_name, ids))

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
        """Give what is known of a run; nothing of a new one, unless somebody else has written meanwhile."""
        return None if name in self._unknown and writer.gen == self._gen else writer.find(name)

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


def _has_changed(home: Home, reader: Reader, watched: Watched) -> bool:
    run_dir = home.run_dir(watched.id)
    if watched.care is not Care.FLUID:
        return _is_changed(run_dir, watched)
    kept = reader.read_entry_text(text_to_sql(watched.id))
    entry = read_entry(run_dir)
    is_same = kept == (encode_record(entry.record), encode_json(dict(entry.attrs)), entry.care)
    return not is_same or stamp_sources(run_dir) != watched.sources


def _is_changed(run_dir: RunDir, watched: Watched, *, is_deep: bool = False) -> bool:
    if stamp_run(run_dir, watched.files).digest != watched.stamp:
        return True
    return stamp_sources(run_dir) != watched.sources if is_deep else have_changed(run_dir, watched.sources)


def _is_name(name: str) -> bool:
    """Whether this can be the name of a run: a damaged change log may say anything."""
    return bool(name) and "/" not in name and "\0" not in name and name not in {".", ".."}
