"""Whole columns of all runs, read from stored segments and brought up to date with the runs that have changed since.

A segment that is missing, or in which many runs have changed, is made from the tables and given back to be stored.
"""

from __future__ import annotations

import math
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from guild_ipy.domain.attributes import KEPT, AttributeType
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.index.queries.segments import Segment, decode_segment, encode_segment, make_segment, patch_segment
from guild_ipy.index.rows.sql_values import from_sql, text_from_sql, text_to_sql
from guild_ipy.index.schema import SEGMENT_BITS, SUMMARY_FIELDS

SEGMENT_RUNS = 1 << SEGMENT_BITS
#: When more runs of a segment have changed, it is made and stored anew.
_MOST_PATCHED = 256
#: Up to this number of runs each is looked for by its id.
_FEW = 500

#: The columns of the table of runs that can be asked for.
RUN_FIELDS = ("id", "beginning", "time", "operation", *(each.name for each in KEPT))
#: Columns that are computed, as SQL.
_COMPUTED = {"beginning": f"iif(typeof(id) = 'text', substr(id, 1, {SHORT_ID_LENGTH}), id)"}
#: How a column is read, if not as text or a number.
_READ: Mapping[str, Callable[[Any], Any]] = {
    "beginning": lambda stored: text_from_sql(stored)[:SHORT_ID_LENGTH],
    **{each.name: bool for each in KEPT if each.type is AttributeType.TRUTH},
}


@dataclass(frozen=True)
class Field:
    """The kind and name of the values in a column.

    Examples
    --------
    >>> Field("run", "started"), Field("flag", "lr"), Field("scalar", "loss", "last")  # doctest: +ELLIPSIS
    (Field(kind='run', name='started', part=''), ...)
    """

    kind: str
    """``run``, ``flag``, ``attr`` or ``scalar``."""
    name: str
    part: str = ""
    """Of a scalar: ``last``, ``last_step``, ``first``, ``min``, ``avg``, ``count``, ..."""


Wanted: TypeAlias = "Iterable[Field] | Callable[[Callable[[str], list[str]]], Iterable[Field]]"
"""Columns; or a function that chooses them, given one that says which names of a kind the runs have."""


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """One column: segments of values, in the order of the numbers of runs."""

    segments: tuple[Segment, ...]

    def to_list(self, numbers: Iterable[int]) -> list[Any]:
        """Return the values of the runs of these numbers as Python objects, None where there is none."""
        lists = [segment.to_list() for segment in self.segments]
        mask = SEGMENT_RUNS - 1
        return [
            values[number & mask] if (number & mask) < len(values := lists[number >> SEGMENT_BITS]) else None
            for number in numbers
        ]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns of the runs of a home at one moment."""

    gen: int
    """The number of the last change that it shows."""
    numbers: array[int]
    """The numbers of the runs, newest first: where their values are in a column."""
    columns: dict[Field, TableColumn]


@dataclass(frozen=True, kw_only=True)
class StaleSegment:
    """A segment that was made anew, to be stored."""

    n: int
    part: str
    segment: int
    gen: int
    data: bytes


class ColumnReader:
    """Reads columns within one transaction of its caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        (self.gen,) = connection.execute("select gen from meta").fetchone()
        self._segments = dict(connection.execute("select seg, gen from segment").fetchall())
        self._changed: dict[tuple[int, int], list[int]] = {}
        self.stale: list[StaleSegment] = []

    def find(self, ids: Sequence[str]) -> array[int] | None:
        """Return the numbers of runs, or None if one of them is not known."""
        if len(ids) <= _FEW:
            sql = f"select id, k from run where id in ({','.join('?' * len(ids))})"  # noqa: S608 - question marks
            rows = self._db.execute(sql, [text_to_sql(each) for each in ids])
        else:
            rows = self._db.execute("select id, k from run")
        numbers = {text_from_sql(each): k for each, k in rows}
        return array("q", [numbers[each] for each in ids]) if numbers.keys() >= set(ids) else None

    def table(self, numbers: array[int], wanted: Wanted) -> Table:
        """Read columns of the runs of these numbers."""
        fields = wanted(lambda kind: self.names(kind, numbers)) if callable(wanted) else wanted
        return Table(gen=self.gen, numbers=numbers, columns={field: self.column(field) for field in fields})

    def names(self, kind: str, numbers: Sequence[int]) -> list[str]:
        """Return the names of flags, attributes or scalars that one of some runs has, sorted."""
        found = self._db.execute("select n, text from name where kind = ?", (kind,)).fetchall()
        (count,) = self._db.execute("select count(*) from run").fetchone()
        among = None if len(numbers) == count else frozenset(numbers)
        return sorted(text_from_sql(text) for n, text in found if self._is_used(kind, n, among))

    def column(self, field: Field) -> TableColumn:
        """Read a column; one of a name that no run has is empty."""
        n = self._number(field)
        if n is None:
            return TableColumn(segments=tuple(Segment() for _ in range(self._count())))
        source = _ColumnSource(self._db, field, n)
        sql = "select seg, gen, data from colseg where n = ? and field = ?"
        stored = {seg: (gen, data) for seg, gen, data in self._db.execute(sql, (n, source.part))}
        return TableColumn(segments=tuple(self._segment(source, seg, stored.get(seg)) for seg in range(self._count())))

    # -- details

    def _count(self) -> int:
        return max(self._segments, default=-1) + 1

    def _is_used(self, kind: str, n: int, among: frozenset[int] | None) -> bool:
        assert kind in {"flag", "attr", "scalar"}, "only our own words go into a query"
        users = self._db.execute(f"select k from {kind} where n = ?", (n,))  # noqa: S608 - checked above
        return any(among is None or k in among for (k,) in users)

    def _number(self, field: Field) -> int | None:
        if field.kind == "run":
            return 0
        sql = "select n from name where kind = ? and text = ?"
        row: tuple[int] | None = self._db.execute(sql, (field.kind, text_to_sql(field.name))).fetchone()
        return row[0] if row else None

    def _segment(self, source: _ColumnSource, seg: int, stored: tuple[int, bytes] | None) -> Segment:
        if stored is not None:
            gen, data = stored
            changed = self._changed_since(seg, gen)
            if len(changed) <= _MOST_PATCHED:
                segment = decode_segment(data)
                return patch_segment(segment, source.some(changed)) if changed else segment
        segment = make_segment(source.all(seg))
        data = encode_segment(segment)
        self.stale.append(StaleSegment(n=source.n, part=source.part, segment=seg, gen=self.gen, data=data))
        return segment

    def _changed_since(self, seg: int, gen: int) -> list[int]:
        """Return the runs of a segment that have changed; runs that are gone do not matter."""
        if self._segments.get(seg, 0) <= gen:
            return []
        if (seg, gen) not in self._changed:
            first = seg << SEGMENT_BITS
            sql = "select k from run where gen > ? and k between ? and ?"
            rows = self._db.execute(sql, (gen, first, first + SEGMENT_RUNS - 1))
            self._changed[seg, gen] = [k for (k,) in rows]
        return self._changed[seg, gen]


class _ColumnSource:
    """Reads the values of a column from the tables."""

    def __init__(self, connection: sqlite3.Connection, field: Field, n: int) -> None:
        self.n = n
        self._db = connection
        if field.kind == "run":
            assert field.name in RUN_FIELDS, "only our own words go into a query"
            self.part = field.name
            self._sql = f"select k, {_COMPUTED.get(field.name, field.name)} from run where k"  # noqa: S608 - checked above
            self._value: Callable[..., Any] = _READ.get(field.name, text_from_sql)
        elif field.kind == "scalar":
            assert field.part in SUMMARY_FIELDS, "as above"
            self.part = field.part
            self._sql = f"select k, {field.part} from scalar where n = {n} and k"  # noqa: S608 - checked above
            self._value = _number
        else:
            self.part = ""
            self._sql = f"select k, v, t from {field.kind} where n = {n} and k"  # noqa: S608 - our own words
            self._value = from_sql

    def all(self, seg: int) -> list[Any]:
        """Return all values of a segment."""
        first = seg << SEGMENT_BITS
        rows = self._db.execute(f"{self._sql} between ? and ?", (first, first + SEGMENT_RUNS - 1)).fetchall()
        values = [None] * (max((row[0] - first for row in rows), default=-1) + 1)
        for k, *stored in rows:
            values[k - first] = self._value(*stored)
        return values

    def some(self, numbers: Sequence[int]) -> dict[int, Any]:
        """Return the values of some runs by their positions in the segment, None where there is none."""
        mask = SEGMENT_RUNS - 1
        rows = self._db.execute(f"{self._sql} in ({','.join(map(str, numbers))})")
        found = dict.fromkeys(number & mask for number in numbers)
        return found | {k & mask: self._value(*stored) for k, *stored in rows}


def _number(value: float | None) -> float:
    return math.nan if value is None else value  # SQLite has no NaN


def store_segments(connection: sqlite3.Connection, stale: Iterable[StaleSegment]) -> None:
    """Store segments, unless newer ones are there."""
    connection.executemany(
        "insert into colseg values (?, ?, ?, ?, ?) on conflict do update set gen = excluded.gen, data = excluded.data"
        " where excluded.gen > gen",
        [(each.n, each.part, each.segment, each.gen, each.data) for each in stale],
    )
