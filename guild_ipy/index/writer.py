"""Writing what was read of runs into the tables; every call is within a transaction of its caller."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.index.entry import Entry, encode_operation, encode_record, run_values
from guild_ipy.index.names import Names
from guild_ipy.index.scalar_rows import read_source_rows, write_scalar_rows, write_source_rows
from guild_ipy.index.schema import SEGMENT_BITS
from guild_ipy.index.sources import Source
from guild_ipy.index.values import encode_json, integer_to_sql, text_from_sql, text_to_sql, to_sql
from guild_ipy.store.changes import LogPosition
from guild_ipy.store.run import RunRecord

_PUT_RECORD = """
insert into record values (?, ?, ?, '[]') on conflict do update set data = excluded.data, attrs = excluded.attrs
"""
_FLAGS_AT = 11  # in the JSON of a record


class Writer:
    """Writes into an open index; made anew for each transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        (self._gen,) = connection.execute("select gen from meta").fetchone()
        self._is_changed = False
        self._names = Names(connection)
        self._watched = {names: w for w, names in connection.execute("select w, names from watched")}
        self._operations = {words: op for op, words in connection.execute("select op, words from operation")}
        self._segments: set[int] = set()

    def put(self, entry: Entry, inode: int) -> int:
        """Keep an entry, in place of an older one of that run; nothing is new if it says the same.

        Returns
        -------
        int
            The number of the run.
        """
        db = self._db
        id = text_to_sql(entry.record.dir.id)  # noqa: A001 - the word of the field
        data, attrs = encode_record(entry.record), encode_json(dict(entry.attrs))
        row = db.execute("select k, data, attrs from run join record using (k) where id = ?", (id,)).fetchone()
        k: int | None = row[0] if row else None
        if k is None or (data, attrs) != row[1:]:
            k = self._put_run(k, id, entry)
            db.execute(_PUT_RECORD, (k, data, attrs))
            before = (json.loads(row[1])[_FLAGS_AT], json.loads(row[2])) if row else ({}, {})
            self._put_values("flag", k, before[0], entry.record.flags)
            self._put_values("attr", k, before[1], entry.attrs)
        state = (k, inode, self._watched_number(entry.watched), entry.stamp.digest, int(entry.care))
        db.execute("insert or replace into state values (?, ?, ?, ?, ?)", state)
        db.execute("delete from folder where name = ?", (id,))
        return k

    def known_sources(self, k: int) -> list[Source]:
        """Give the event files of a run as they are known."""
        return read_source_rows(self._db, k)

    def put_sources(self, k: int, sources: Iterable[Source], *, is_settled: bool) -> None:
        """Keep how far the event files of a run were read."""
        write_source_rows(self._db, k, sources, is_settled=is_settled)

    def put_scalars(self, k: int, summaries: Iterable[ScalarSummary]) -> None:
        """Keep the summaries of the scalars of a run."""
        write_scalar_rows(self._db, self._names, k, summaries)
        self._db.execute("update run set gen = ? where k = ?", (self._gen + 1, k))
        self._note(k)

    def known(self) -> dict[str, int]:
        """Give what is known to lie among the runs, with the inodes of runs, and 0 for what is none."""
        sql = "select id, inode from run join state using (k)"
        known = {text_from_sql(id): inode for id, inode in self._db.execute(sql)}  # noqa: A001 - the word of the field
        return known | {text_from_sql(name): 0 for (name,) in self._db.execute("select name from folder")}

    def position(self) -> LogPosition:
        """Give how far the change log has been read."""
        log, inode, offset = self._db.execute("select log, log_inode, log_offset from meta").fetchone()
        return LogPosition(log=log, inode=inode, offset=offset)

    def remove(self, id: str) -> None:  # noqa: A002 - the word of the field
        """Forget a run, if it is known."""
        db = self._db
        sql = "select k, data, attrs from run join record using (k) where id = ?"
        row = db.execute(sql, (text_to_sql(id),)).fetchone()
        db.execute("delete from folder where name = ?", (text_to_sql(id),))
        if row is None:
            return
        k = row[0]
        self._put_values("flag", k, json.loads(row[1])[_FLAGS_AT], {})
        self._put_values("attr", k, json.loads(row[2]), {})
        write_scalar_rows(db, self._names, k, ())
        for table in ("run", "record", "state", "source"):
            db.execute(f"delete from {table} where k = ?", (k,))  # noqa: S608 - our own words
        self._note(k)

    def put_folder(self, name: str) -> None:
        """Say that something lies among the runs and is none, or none yet."""
        self._db.execute("insert or ignore into folder values (?)", (text_to_sql(name),))

    def set_scanned(self, runs: bytes, *, is_racy: bool) -> None:
        """Say that all runs are known that were there at a stamp of their folder."""
        self._db.execute("update meta set runs = ?, runs_racy = ?, complete = 1", (runs, is_racy))

    def set_position(self, position: LogPosition) -> None:
        """Say that the change log has been read up to there."""
        values = (position.log, position.inode, position.offset)
        self._db.execute("update meta set log = ?, log_inode = ?, log_offset = ?", values)

    def finish(self) -> None:
        """Give the change a number, if there was one."""
        if self._is_changed:
            self._db.execute("update meta set gen = ?", (self._gen + 1,))
            rows = [(segment, self._gen + 1) for segment in self._segments]
            self._db.executemany("insert or replace into segment values (?, ?)", rows)

    # -- details

    def _put_run(self, k: int | None, id: Any, entry: Entry) -> int:  # noqa: A002, ANN401 - text or bytes
        values = {
            "k": k,
            "id": id,
            "gen": self._gen + 1,
            "time": entry.time,
            "op": self._operation(entry.record),
            **run_values(entry.record),
        }
        sql = f"insert or replace into run({', '.join(values)}) values ({', '.join('?' * len(values))})"  # noqa: S608
        k = self._insert(sql, tuple(map(_to_sql, values.values())))
        self._note(k)
        return k

    def _put_values(self, kind: str, k: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Change the values of one kind that a run has."""
        gone = [(self._names.number(kind, name), k) for name in before if name not in after]
        if gone:
            self._db.executemany(f"delete from {kind} where n = ? and k = ?", gone)  # noqa: S608 - our own words
        rows = [(self._names.number(kind, name), k, *to_sql(value)) for name, value in after.items()]
        if rows:
            self._db.executemany(f"insert or replace into {kind} values (?, ?, ?, ?)", rows)  # noqa: S608 - as above

    def _watched_number(self, watched: tuple[str, ...]) -> int:
        names = text_to_sql("\0".join(watched))
        w = self._watched.get(names)
        if w is None:
            w = self._watched[names] = self._insert("insert into watched(names) values (?)", (names,))
        return w

    def _operation(self, record: RunRecord) -> int:
        words = encode_operation(record)
        op = self._operations.get(words)
        if op is None:
            op = self._operations[words] = self._insert("insert into operation(words) values (?)", (words,))
        return op

    def _insert(self, sql: str, row: tuple[Any, ...]) -> int:
        number = self._db.execute(sql, row).lastrowid
        assert number is not None, "a row has been written"
        return number

    def _note(self, k: int) -> None:
        self._is_changed = True
        self._segments.add(k >> SEGMENT_BITS)


def _to_sql(value: Any) -> Any:  # noqa: ANN401 - text, a number, a boolean or None
    if isinstance(value, str):
        return text_to_sql(value)
    return integer_to_sql(value) if type(value) is int else value
