"""Writing what was read of runs into the tables; every call is within a transaction of its caller."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.index.entry import Entry, encode_operation, encode_record, run_values
from guild_ipy.index.names import Names
from guild_ipy.index.scalar_rows import SUMMARY_FIELDS, read_source_rows, scalar_row, source_row
from guild_ipy.index.schema import SEGMENT_BITS
from guild_ipy.index.sources import Source
from guild_ipy.index.values import encode_json, integer_to_sql, text_from_sql, text_to_sql, to_sql
from guild_ipy.store.changes import LogPosition
from guild_ipy.store.run import RunRecord

_FLAGS_AT = 11  # in the JSON of a record
_COLUMNS = {
    "run": "k id gen time op operation status initialized started stopped exit_status label marked tags comments digest"
    " damage",
    "record": "k data attrs scalars",
    "state": "k inode watched stamp care",
    "flag": "n k v t",
    "attr": "n k v t",
    "scalar": f"n k {' '.join(SUMMARY_FIELDS)}",
    "source": "k path stamp scalars tail",
    "segment": "seg gen",
}

#: Rows of one name, or one run, stand together.
_CLUSTER = itemgetter(0)


@dataclass(frozen=True, kw_only=True)
class KnownRun:
    """A run as the tables have it."""

    k: int
    data: str
    attrs: str
    scalars: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, kw_only=True)
class ReadRun:
    """A run as it was read."""

    entry: Entry
    inode: int
    sources: tuple[Source, ...]
    summaries: tuple[ScalarSummary, ...] | None
    """None if no event file has changed."""


class Writer:
    """Writes into an open index; made anew for each transaction.

    New rows are collected, and written by :meth:`finish` table by table.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        (self._gen,) = connection.execute("select gen from meta").fetchone()
        (self._last,) = connection.execute("select coalesce(max(k), 0) from run").fetchone()
        self._names = Names(connection)
        self._watched: dict[Any, int] = {names: w for w, names in connection.execute("select w, names from watched")}
        self._operations: dict[str, int] = {
            words: op for op, words in connection.execute("select op, words from operation")
        }
        self._folders = {name for (name,) in connection.execute("select name from folder")}
        self._changed: set[int] = set()
        self._rows: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)

    # -- what is known

    def find(self, id: str) -> KnownRun | None:  # noqa: A002 - the word of the field
        """Give a run as the tables have it."""
        sql = "select k, data, attrs, scalars from run join record using (k) where id = ?"
        row = self._db.execute(sql, (text_to_sql(id),)).fetchone()
        if row is None:
            return None
        k, data, attrs, scalars = row
        return KnownRun(k=k, data=data, attrs=attrs, scalars=scalars, sources=tuple(read_source_rows(self._db, k)))

    def known(self) -> dict[str, int]:
        """Give what is known to lie among the runs, with the inodes of runs, and 0 for what is none."""
        sql = "select id, inode from run join state using (k)"
        known = {text_from_sql(id): inode for id, inode in self._db.execute(sql)}  # noqa: A001 - the word of the field
        return known | dict.fromkeys(map(text_from_sql, self._folders), 0)

    def position(self) -> LogPosition:
        """Give how far the change log has been read."""
        log, inode, offset = self._db.execute("select log, log_inode, log_offset from meta").fetchone()
        return LogPosition(log=log, inode=inode, offset=offset)

    # -- what is new

    def put(self, read: ReadRun, known: KnownRun | None) -> None:
        """Keep a run, in place of what is known of it."""
        entry = read.entry
        if known is None:
            self._last += 1
        k = self._last if known is None else known.k
        data, attrs = encode_record(entry.record), encode_json(dict(entry.attrs)) if entry.attrs else "{}"
        is_same = known is not None and (data, attrs) == (known.data, known.attrs)
        if not is_same:
            self._put_values("flag", k, _flags(known), entry.record.flags)
            self._put_values("attr", k, json.loads(known.attrs) if known else {}, entry.attrs)
        scalars = known.scalars if known else "[]"
        if read.summaries is not None:
            scalars = self._put_scalars(k, scalars, read.summaries)
        if not is_same or read.summaries is not None:
            self._rows["run"].append(self._run_row(k, entry))
            self._rows["record"].append((k, data, attrs, scalars))
            self._changed.add(k)
        self._put_sources(k, read.sources, known)
        state = (k, read.inode, self._watched_number(entry.watched), entry.stamp.digest, int(entry.care))
        self._rows["state"].append(state)
        self._forget_folder(entry.record.dir.id)

    def remove(self, id: str) -> None:  # noqa: A002 - the word of the field
        """Forget a run, if it is known."""
        self._forget_folder(id)
        known = self.find(id)
        if known is None:
            return
        self._put_values("flag", known.k, _flags(known), {})
        self._put_values("attr", known.k, json.loads(known.attrs), {})
        self._put_scalars(known.k, known.scalars, ())
        for table in ("run", "record", "state", "source"):
            self._db.execute(f"delete from {table} where k = ?", (known.k,))  # noqa: S608 - our own words
        self._changed.add(known.k)

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
        """Write what was collected, and give the change a number, if there was one."""
        if self._changed:
            self._db.execute("update meta set gen = ?", (self._gen + 1,))
            segments = {k >> SEGMENT_BITS for k in self._changed}
            self._rows["segment"] = [(segment, self._gen + 1) for segment in segments]
        for table, rows in self._rows.items():
            columns = _COLUMNS[table].split()
            sql = f"insert or replace into {table}({', '.join(columns)}) values ({', '.join('?' * len(columns))})"  # noqa: S608
            self._db.executemany(sql, sorted(rows, key=_CLUSTER))
        self._rows.clear()

    # -- rows

    def _run_row(self, k: int, entry: Entry) -> tuple[Any, ...]:
        id = text_to_sql(entry.record.dir.id)  # noqa: A001 - the word of the field
        values = map(_to_sql, run_values(entry.record).values())
        return (k, id, self._gen + 1, entry.time, self._operation_number(entry.record), *values)

    def _put_values(self, kind: str, k: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Change the values of one kind that a run has."""
        self._delete(kind, k, [self._names.number(kind, name) for name in before if name not in after])
        self._rows[kind] += ((self._names.number(kind, name), k, *to_sql(value)) for name, value in after.items())

    def _put_scalars(self, k: int, before: str, summaries: Iterable[ScalarSummary]) -> str:
        rows = {self._names.number("scalar", each.name, each.prefix): scalar_row(each) for each in summaries}
        self._delete("scalar", k, [n for n in json.loads(before) if n not in rows])
        self._rows["scalar"] += ((n, k, *row) for n, row in rows.items())
        return json.dumps([*rows])

    def _put_sources(self, k: int, sources: tuple[Source, ...], known: KnownRun | None) -> None:
        if known is not None and known.sources == sources:
            return
        if known is not None:
            self._db.execute("delete from source where k = ?", (k,))
        self._rows["source"] += (source_row(k, each) for each in sources)

    def _delete(self, table: str, k: int, numbers: list[int]) -> None:
        if numbers:
            sql = f"delete from {table} where n = ? and k = ?"  # noqa: S608 - our own words
            self._db.executemany(sql, [(n, k) for n in numbers])

    def _forget_folder(self, name: str) -> None:
        if text_to_sql(name) in self._folders:
            self._db.execute("delete from folder where name = ?", (text_to_sql(name),))

    # -- numbers for what many runs share

    def _watched_number(self, watched: tuple[str, ...]) -> int:
        names = text_to_sql("\0".join(watched))
        if names not in self._watched:
            self._watched[names] = self._insert("insert into watched(names) values (?)", names)
        return self._watched[names]

    def _operation_number(self, record: RunRecord) -> int:
        words = encode_operation(record)
        if words not in self._operations:
            self._operations[words] = self._insert("insert into operation(words) values (?)", words)
        return self._operations[words]

    def _insert(self, sql: str, value: str | bytes | None) -> int:
        number = self._db.execute(sql, (value,)).lastrowid
        assert number is not None, "a row has been written"
        return number


def _flags(known: KnownRun | None) -> dict[str, Any]:
    flags: dict[str, Any] = json.loads(known.data)[_FLAGS_AT] if known else {}
    return flags


def _to_sql(value: Any) -> Any:  # noqa: ANN401 - text, a number, a boolean or None
    if isinstance(value, str):
        return text_to_sql(value)
    return integer_to_sql(value) if type(value) is int else value
