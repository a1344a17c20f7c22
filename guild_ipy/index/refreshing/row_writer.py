"""Writing runs into the tables; every call is within a transaction of its caller."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from guild_ipy.domain.attributes import KEPT
from guild_ipy.index.rows.event_sources import EventSource, read_source_rows
from guild_ipy.index.rows.run_rows import ReadRun, RunRows, make_rows
from guild_ipy.index.rows.scalar_rows import ScalarRows
from guild_ipy.index.rows.sql_values import text_from_sql, text_to_sql
from guild_ipy.index.rows.stamps import FileStamp
from guild_ipy.index.schema import SEGMENT_BITS, SUMMARY_FIELDS
from guild_ipy.store.state.changes import LogPosition

_FLAGS_AT = 11  # in the JSON of a record
_COLUMNS = {
    "run": f"k id gen time op operation {' '.join(each.name for each in KEPT)}",
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
    """A run as it is in the tables."""

    k: int
    data: str
    attrs: str
    scalars: str
    sources: tuple[EventSource, ...]


class RowWriter:
    """Writes into an open index; made anew for each transaction.

    New rows are collected, and written by :meth:`finish` table by table.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self.gen: int = connection.execute("select gen from meta").fetchone()[0]
        (self._last,) = connection.execute("select coalesce(max(k), 0) from run").fetchone()
        self._names = _NameTable(connection)
        self._watched: dict[Any, int] = {names: w for w, names in connection.execute("select w, names from watched")}
        self._operations: dict[str, int] = {
            words: op for op, words in connection.execute("select op, words from operation")
        }
        self._folders = {name for (name,) in connection.execute("select name from folder")}
        self._changed: set[int] = set()
        self._new: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._old: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        """Rows that may replace others."""

    # -- reading

    def find(self, id: str) -> KnownRun | None:  # noqa: A002 - the word of the field
        """Return a run as it is in the tables."""
        sql = "select k, data, attrs, scalars from run join record using (k) where id = ?"
        row = self._db.execute(sql, (text_to_sql(id),)).fetchone()
        if row is None:
            return None
        k, data, attrs, scalars = row
        return KnownRun(k=k, data=data, attrs=attrs, scalars=scalars, sources=tuple(read_source_rows(self._db, k)))

    def known(self) -> dict[str, int]:
        """Return the known folders among the runs: their names, and their inodes, or 0 for those that are not runs."""
        known: dict[Any, int] = dict(self._db.execute("select id, inode from run join state using (k)").fetchall())
        for odd in [id for id in known if isinstance(id, bytes)]:  # noqa: A001 - the word of the field
            known[text_from_sql(odd)] = known.pop(odd)
        known.update(dict.fromkeys(map(text_from_sql, self._folders), 0))
        return known

    def position(self) -> LogPosition:
        """Return how far the change log has been read."""
        log, inode, offset = self._db.execute("select log, log_inode, log_offset from meta").fetchone()
        return LogPosition(log=log, inode=inode, offset=offset)

    # -- collecting

    def put(self, read: ReadRun, known: KnownRun | None = None) -> int:
        """Keep a run, in place of what is known of it; return its number."""
        run = make_rows(read)
        if known is None:
            return self._put_new(run)
        self._put_changes(known, read, run)
        return known.k

    def _put_new(self, run: RunRows) -> int:
        self._last += 1
        k: int = self._last
        rows = self._new
        self._add_values(rows["flag"], "flag", k, *run.flag_rows)
        self._add_values(rows["attr"], "attr", k, *run.attr_rows)
        scalars = self._add_scalars(rows["scalar"], k, run.scalars)
        rows["run"].append(self._run_row(k, run))
        rows["record"].append((k, run.record, run.attrs, scalars))
        rows["source"] += [(k, *each) for each in run.sources]
        rows["state"].append(self._state_row(k, run))
        self._changed.add(k)
        self._forget_folder(run.id)
        return k

    def _put_changes(self, known: KnownRun, read: ReadRun, run: RunRows) -> None:
        rows, k = self._old, known.k
        is_same = (run.record, run.attrs) == (known.data, known.attrs)
        if not is_same:
            self._drop_values("flag", k, _flags(known), run.flag_rows[0])
            self._add_values(rows["flag"], "flag", k, *run.flag_rows)
            self._drop_values("attr", k, json.loads(known.attrs), run.attr_rows[0])
            self._add_values(rows["attr"], "attr", k, *run.attr_rows)
        scalars, has_reported = known.scalars, _stamps(read.sources) != _stamps(known.sources)
        if has_reported and read.scalars is not None:
            scalars = self._add_scalars(rows["scalar"], k, read.scalars)
            self._delete("scalar", k, set(json.loads(known.scalars)) - set(json.loads(scalars)))
        if not is_same or has_reported:
            rows["run"].append(self._run_row(k, run))
            rows["record"].append((k, run.record, run.attrs, scalars))
            self._changed.add(k)
        if known.sources != read.sources:
            self._db.execute("delete from source where k = ?", (k,))
            rows["source"] += [(k, *each) for each in run.sources]
        rows["state"].append(self._state_row(k, run))
        self._forget_folder(run.id)

    def remove(self, id: str) -> None:  # noqa: A002 - the word of the field
        """Forget a run, if it is known."""
        self._forget_folder(id)
        known = self.find(id)
        if known is None:
            return
        self._drop_values("flag", known.k, _flags(known), ())
        self._drop_values("attr", known.k, json.loads(known.attrs), ())
        self._delete("scalar", known.k, json.loads(known.scalars))
        for table in ("run", "record", "state", "source"):
            self._db.execute(f"delete from {table} where k = ?", (known.k,))  # noqa: S608 - our own words
        self._changed.add(known.k)

    def put_folder(self, name: str) -> None:
        """Note a folder among the runs that is not a run, or not yet."""
        self._db.execute("insert or ignore into folder values (?)", (text_to_sql(name),))

    def set_scanned(self, runs: bytes, *, is_racy: bool) -> None:
        """Note that all runs are known that were there when their folder had this stamp."""
        self._db.execute("update meta set runs = ?, runs_racy = ?, complete = 1", (runs, is_racy))

    def set_position(self, position: LogPosition) -> None:
        """Note how far the change log has been read."""
        values = (position.log, position.inode, position.offset)
        self._db.execute("update meta set log = ?, log_inode = ?, log_offset = ?", values)

    def finish(self) -> None:
        """Write the collected rows; a change of a run makes a new generation."""
        if self._changed:
            self.gen += 1
            self._db.execute("update meta set gen = ?", (self.gen,))
            self._old["segment"] = [(segment, self.gen) for segment in {k >> SEGMENT_BITS for k in self._changed}]
        self._insert_rows("insert", self._new)
        self._insert_rows("insert or replace", self._old)

    # -- rows

    def _insert_rows(self, verb: str, tables: dict[str, list[tuple[Any, ...]]]) -> None:
        for table, rows in tables.items():
            columns = _COLUMNS[table].split()
            sql = f"{verb} into {table}({', '.join(columns)}) values ({', '.join('?' * len(columns))})"
            self._db.executemany(sql, sorted(rows, key=_CLUSTER))
        tables.clear()

    def _run_row(self, k: int, run: RunRows) -> tuple[Any, ...]:
        op = self._operation_number(run.words)
        return (k, text_to_sql(run.id), self.gen + 1, run.time, op, run.operation, *run.row)

    def _state_row(self, k: int, run: RunRows) -> tuple[Any, ...]:
        return (k, run.inode, self._watched_number(run.watched), run.stamp, run.care)

    def _add_values(
        self,
        rows: list[tuple[Any, ...]],
        kind: str,
        k: int,
        names: tuple[str, ...],
        values: Iterable[tuple[Any, Any]],
    ) -> None:
        if names:
            numbers = self._names.numbers(kind, names)
            rows += [(n, k, v, t) for n, (v, t) in zip(numbers, values, strict=True)]

    def _drop_values(self, kind: str, k: int, before: Iterable[str], after: Collection[str]) -> None:
        self._delete(kind, k, [self._names.number(kind, name) for name in before if name not in after])

    def _add_scalars(self, rows: list[tuple[Any, ...]], k: int, scalars: ScalarRows) -> str:
        if not scalars:
            return "[]"
        numbers = self._names.scalars(tuple(scalars))
        rows += [(n, k, *row) for n, row in zip(numbers, scalars.values(), strict=True)]
        return f"[{','.join(map(str, numbers))}]"

    def _delete(self, table: str, k: int, numbers: Iterable[int]) -> None:
        sql = f"delete from {table} where n = ? and k = ?"  # noqa: S608 - our own words
        self._db.executemany(sql, [(n, k) for n in numbers])

    def _forget_folder(self, name: str) -> None:
        if self._folders and text_to_sql(name) in self._folders:
            self._db.execute("delete from folder where name = ?", (text_to_sql(name),))

    # -- numbers of values that many runs share

    def _watched_number(self, names: str | bytes | None) -> int:
        if names not in self._watched:
            self._watched[names] = self._insert("insert into watched(names) values (?)", names)
        return self._watched[names]

    def _operation_number(self, words: str) -> int:
        if words not in self._operations:
            self._operations[words] = self._insert("insert into operation(words) values (?)", words)
        return self._operations[words]

    def _insert(self, sql: str, value: str | bytes | None) -> int:
        number = self._db.execute(sql, (value,)).lastrowid
        assert number is not None, "a row has been written"
        return number


class _NameTable:
    """The numbers of the names of flags, attributes and scalars, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._rows: dict[tuple[str, tuple[str, ...]], tuple[int, ...]] = {}
        self._scalars: dict[tuple[tuple[str, str], ...], tuple[int, ...]] = {}
        self._numbers = {(kind, text): n for n, kind, text in connection.execute("select n, kind, text from name")}

    def numbers(self, kind: str, texts: tuple[str, ...]) -> tuple[int, ...]:
        """Return the numbers of the names that a run has; most runs have the same names."""
        found = self._rows.get((kind, texts))
        if found is None:
            found = self._rows[kind, texts] = tuple(self.number(kind, text) for text in texts)
        return found

    def scalars(self, names: tuple[tuple[str, str], ...]) -> tuple[int, ...]:
        """Return the numbers of scalars, which are given by name and prefix."""
        found = self._scalars.get(names)
        if found is None:
            found = self._scalars[names] = tuple(self.number("scalar", *each) for each in names)
        return found

    def number(self, kind: str, text: str, prefix: str = "") -> int:
        """Return the number of a name; a new name gets one."""
        name = text_to_sql(text)
        n = self._numbers.get((kind, name))
        if n is None:
            row = (kind, name, text_to_sql(prefix))
            n = self._db.execute("insert into name(kind, text, prefix) values (?, ?, ?)", row).lastrowid
            assert n is not None, "a row has been written"
            self._numbers[kind, name] = n
        return n


def _stamps(sources: Iterable[EventSource]) -> dict[str, FileStamp]:
    return {source.path: source.stamp for source in sources}


def _flags(known: KnownRun | None) -> dict[str, Any]:
    flags: dict[str, Any] = json.loads(known.data)[_FLAGS_AT] if known else {}
    return flags
