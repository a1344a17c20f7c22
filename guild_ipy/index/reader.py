"""Reading the tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.index.database import Database
from guild_ipy.index.entry import Care, decode_record
from guild_ipy.index.values import text_from_sql
from guild_ipy.store.changes import LogPosition
from guild_ipy.store.home import Home
from guild_ipy.store.run import RunRecord
from guild_ipy.store.run_match import matches


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A run as it was when it was last read."""

    id: str
    care: Care
    files: tuple[str, ...]
    stamp: bytes


@dataclass(frozen=True, kw_only=True)
class IndexState:
    """What the index was brought up to date with."""

    gen: int
    runs: bytes
    """Stamp of the folder of runs."""
    is_racy: bool
    """Whether that folder could have changed, unseen, after it was read."""
    position: LogPosition
    is_complete: bool
    """Whether all runs have been read once."""
    unsettled: tuple[Watched, ...]
    folders: tuple[str, ...]
    """What lies among the runs and is none."""
    is_small: bool
    """Whether there are so few runs that all can be looked at every time."""


class Reader:
    """An index, open for reading.

    Parameters
    ----------
    database
        Where it is.
    few
        Up to how many runs make a home a small one.
    """

    def __init__(self, database: Database, *, few: int = 0) -> None:
        self._few = few
        self._database = database
        self._glance = database.glance()
        self._db = database.open_reader()
        self._inode = os.stat(database.path).st_ino
        self._version: int | None = None
        self._state: IndexState | None = None

    def close(self) -> None:
        """Close it."""
        self._db.close()

    def is_current(self) -> bool:
        """Whether this is still the database, and whole; it is not if it was replaced, deleted or scribbled on."""
        try:
            glance = self._database.glance()
        except OSError:
            return False
        if glance == self._glance:
            return True
        self._glance = glance
        return self._inode == os.stat(self._database.path).st_ino and self._database.is_sound()

    def state(self) -> IndexState:
        """Give the present state; it is read again only when it has changed."""
        (version,) = self._db.execute("pragma data_version").fetchone()
        if self._state is None or version != self._version:
            self._state = self._read_state()
            self._version = version
        return self._state

    def watched(self, *, after: int = 0, limit: int = -1) -> list[tuple[int, Watched]]:
        """Give runs with their numbers, from a number on."""
        sql = f"{_WATCHED} where run.k > ? order by run.k limit ?"
        return [(k, _watched(row)) for k, *row in self._db.execute(sql, (after, limit))]

    def read_entry_text(self, id: Any) -> tuple[str, str, int] | None:  # noqa: A002, ANN401 - as SQLite holds it
        """Give the record and the attributes of a run, as they are stored, and how it is watched."""
        sql = "select data, attrs, care from run join record using (k) join state using (k) where id = ?"
        row: tuple[str, str, int] | None = self._db.execute(sql, (id,)).fetchone()
        return row

    def records(self, home: Home, run_filter: RunFilter) -> list[RunRecord]:
        """Give the live runs that pass a filter, newest first."""
        return list(islice(self._matching(home, run_filter), run_filter.limit))

    def _matching(self, home: Home, run_filter: RunFilter) -> Iterator[RunRecord]:
        sql = "select id, data from run join record using (k) order by time desc, id"
        folder = home.runs
        for id, data in self._db.execute(sql):  # noqa: A001 - the word of the field
            record = decode_record(f"{folder}/{text_from_sql(id)}", data)
            if matches(record, run_filter):
                yield record

    def _read_state(self) -> IndexState:
        db = self._db
        db.execute("begin")
        try:
            sql = "select gen, runs, runs_racy, log, log_inode, log_offset, complete from meta"
            gen, runs, is_racy, log, inode, offset, complete = db.execute(sql).fetchone()
            unsettled = [_watched(row) for _, *row in db.execute(f"{_WATCHED} where care < {Care.SETTLED:d}")]
            folders = [text_from_sql(name) for (name,) in db.execute("select name from folder")]
            (count,) = db.execute("select count(*) from (select 1 from state limit ?)", (self._few + 1,)).fetchone()
        finally:
            db.execute("commit")
        return IndexState(
            gen=gen,
            runs=runs or b"",
            is_racy=bool(is_racy),
            position=LogPosition(log=log, inode=inode, offset=offset),
            is_complete=bool(complete),
            unsettled=tuple(unsettled),
            folders=tuple(folders),
            is_small=count <= self._few,
        )


_WATCHED = (
    "select run.k, id, care, names, stamp from state join run using (k) join watched on watched.w = state.watched"
)


def _watched(row: Any) -> Watched:  # noqa: ANN401 - of _WATCHED
    id, care, names, stamp = row  # noqa: A001 - the word of the field
    files = text_from_sql(names)
    return Watched(id=text_from_sql(id), care=Care(care), files=tuple(files.split("\0")) if files else (), stamp=stamp)
