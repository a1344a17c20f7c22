"""Reading records, ids, names and summaries of runs from the tables."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.index.database import Database
from guild_ipy.index.queries.filter_sql import make_condition
from guild_ipy.index.rows.entry import Care, decode_record
from guild_ipy.index.rows.sql_values import text_from_sql, text_to_sql
from guild_ipy.index.rows.stamps import FileStamp, parse_stamp
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_record import RunRecord
from guild_ipy.store.state.changes import LogPosition

if TYPE_CHECKING:
    from guild_ipy.domain.choosing.best import Best
    from guild_ipy.domain.values.scalars import ScalarSummary
    from guild_ipy.index.queries.column_table import ColumnReader, StaleSegment, Table, Wanted
    from guild_ipy.index.queries.expression_sql import ExpressionCompiler
    from guild_ipy.query.expression import Dropped
    from guild_ipy.query.names import Names

_WIDEST_GAP = 20


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A run as it was when it was last read."""

    id: str
    care: Care
    files: tuple[str, ...]
    stamp: bytes
    sources: Mapping[str, FileStamp]
    """Event files by their paths within the run."""


@dataclass(frozen=True, kw_only=True)
class IndexState:
    """The state of the home that the index shows."""

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
    """Folders among the runs that are not runs."""
    is_small: bool
    """Whether there are so few runs that all can be looked at every time."""


@dataclass(frozen=True, kw_only=True)
class _Query:
    """The parts of a query after its columns."""

    source: str
    rest: str
    parameters: Mapping[str, Any]


class IndexReader:
    """An index, open for reading.

    Parameters
    ----------
    database
        The database.
    few
        Up to how many runs make a home a small one.
    """

    def __init__(self, database: Database, *, few: int = 0) -> None:
        self.database = database
        self._few = few
        self._db = database.open()
        self._version: int | None = None
        self._state: IndexState | None = None

    def forget_state(self) -> None:
        """Read the state again when it is next asked for: this process has changed it."""
        self._state = None

    def state(self) -> IndexState:
        """Return the present state; it is read again only when it has changed."""
        (version,) = self._db.execute("pragma data_version").fetchone()
        if self._state is None or version != self._version:
            self._state = self._read_state()
            self._version = version
        return self._state

    def watched(self, *, after: int = 0, limit: int = -1) -> list[tuple[int, Watched]]:
        """Return runs with their numbers, after the run of a number."""
        sql = f"{_WATCHED} where run.k > ? order by run.k limit ?"
        return self._watched(sql, (after, limit))

    def read_entry_text(self, id: Any) -> tuple[str, str, int] | None:  # noqa: A002, ANN401 - as SQLite holds it
        """Return the record and the attributes of a run, as they are stored, and how it is watched."""
        sql = "select data, attrs, care from run join record using (k) join state using (k) where id = ?"
        row: tuple[str, str, int] | None = self._db.execute(sql, (id,)).fetchone()
        return row

    def records(self, home: Home, run_filter: RunFilter) -> list[RunRecord]:
        """Return the live runs that pass a filter, newest first."""
        return [record for _, record in self._matching(home, run_filter)]

    def best(self, home: Home, run_filter: RunFilter, best: Best) -> list[RunRecord]:
        """Return the live runs that pass a filter and have a number there, the best first."""
        return [record for _, record in self._matching(home, run_filter, best)]

    def ids(self, run_filter: RunFilter, best: Best | None) -> list[str]:
        """Return the ids of the live runs that pass a filter, newest or best first."""
        return [text_from_sql(id) for id in self._column("id", self._query(run_filter, best))]  # noqa: A001 - as above

    def explain(self, home: Home, run_filter: RunFilter) -> list[tuple[RunRecord, Dropped | None]]:
        """Return the live runs that pass the rest of a filter, each with the reason why its expression drops it."""
        assert run_filter.where is not None, "the caller has an expression"
        with self._moment():
            runs = self._matching(home, replace(run_filter, where=None))
            dropped = self._compiler.explain(run_filter.where, [k for k, _ in runs])
        return [(record, dropped.get(k)) for k, record in runs]

    def names(self) -> Names | None:
        """Return the names of attributes, flags and scalars that runs have; None if there are no runs."""
        return self._compiler.names()

    def table(self, wanted: Wanted, run_filter: RunFilter) -> tuple[Table, list[StaleSegment]]:
        """Return columns of the live runs that pass a filter, newest first, and segments to be stored."""
        with self._moment():
            numbers = array("q", self._column("k", self._query(run_filter, None)))
            columns = self._open_columns()
            return columns.table(numbers, wanted), columns.stale

    def table_of(self, ids: Sequence[str], wanted: Wanted) -> tuple[Table, list[StaleSegment]] | None:
        """Return columns of certain runs, and segments to be stored; None if one of the runs is not known."""
        with self._moment():
            columns = self._open_columns()
            numbers = columns.find(ids)
            return None if numbers is None else (columns.table(numbers, wanted), columns.stale)

    def table_of_all(self, numbers: Sequence[int], wanted: Wanted) -> Table:
        """Return columns of the runs of these numbers."""
        return self._open_columns().table(array("q", numbers), wanted)

    def summaries(self, ids: Iterable[str]) -> dict[str, dict[str, ScalarSummary]]:
        """Return the summaries of the scalars of runs, by id and name; a run that is not known is left out."""
        names = {n: (text_from_sql(text), text_from_sql(prefix)) for n, text, prefix in self._db.execute(_SCALARS)}
        return {id: found for id in ids if (found := self._summaries(id, names)) is not None}  # noqa: A001 - as above

    def _open_columns(self) -> ColumnReader:
        from guild_ipy.index.queries.column_table import ColumnReader  # start-up cost: listings have no columns

        return ColumnReader(self._db)

    @contextmanager
    def _moment(self) -> Iterator[None]:
        """Let several queries see the same moment."""
        self._db.execute("begin")
        try:
            yield
        finally:
            if self._db.in_transaction:
                self._db.execute("commit")

    def _summaries(self, id: str, names: Mapping[int, tuple[str, str]]) -> dict[str, ScalarSummary] | None:  # noqa: A002
        from guild_ipy.index.rows.scalar_rows import read_scalar_row  # start-up cost: listings have no scalars

        sql = "select k, scalars from run join record using (k) where id = ?"
        row = self._db.execute(sql, (text_to_sql(id),)).fetchone()
        if row is None:
            return None
        k, numbers = row
        found = (read_scalar_row(self._db, k, n, *names[n]) for n in json.loads(numbers))
        return {each.name: each for each in sorted(found, key=lambda each: each.name)}

    def _matching(self, home: Home, run_filter: RunFilter, best: Best | None = None) -> list[tuple[int, RunRecord]]:
        query = self._query(run_filter, best)
        sql = f"select k, id, data from {query.source} join record using (k) {query.rest}"  # noqa: S608 - our own words
        folder = home.runs
        rows = self._rows(sql, query.parameters)
        return [(k, decode_record(f"{folder}/{text_from_sql(id)}", data)) for k, id, data in rows]  # noqa: A001 - as above

    def _query(self, run_filter: RunFilter, best: Best | None) -> _Query:
        where = None
        if run_filter.where is not None:
            stops_early = run_filter.limit is not None and best is None
            where = self._compiler.condition(run_filter.where, stops_early=stops_early)
        condition, parameters = make_condition(self._db, run_filter, where)
        source, order = "run", ""
        if best is not None:
            ranking = self._compiler.ranking(best)
            parameters |= ranking.parameters
            source, order = f"({ranking.sql}) join run using (k)", f"v {'desc' if best.greatest else 'asc'}, "
        is_short = run_filter.limit is not None or condition == "true"
        by_time = "time" if is_short else "+time"  # of many, sorting is 3 to 15 times as fast as the index
        parameters["limit"] = -1 if run_filter.limit is None else run_filter.limit
        rest = f"where {condition} order by {order}{by_time} desc, id limit :limit"
        return _Query(source=source, rest=rest, parameters=parameters)

    @cached_property
    def _compiler(self) -> ExpressionCompiler:
        from guild_ipy.index.queries.expression_sql import ExpressionCompiler  # start-up cost: few listings have one

        return ExpressionCompiler(self._db)

    def _column(self, name: str, query: _Query) -> list[Any]:
        sql = f"select {name} from {query.source} {query.rest}"  # noqa: S608 - our own words
        return [value for (value,) in self._rows(sql, query.parameters)]

    def _rows(self, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute a query; Ctrl-C also ends one in which SQLite has called Python."""
        try:
            return self._db.execute(sql, parameters).fetchall()
        except sqlite3.OperationalError:
            if "_compiler" in vars(self) and self._compiler.take_interrupt():
                raise KeyboardInterrupt from None
            raise

    def _watched(self, sql: str, parameters: tuple[int, ...]) -> list[tuple[int, Watched]]:
        rows = self._db.execute(sql, parameters).fetchall()
        sources = self._sources([k for k, *_ in rows])
        return [
            (
                k,
                Watched(
                    id=text_from_sql(id),
                    care=Care(care),
                    files=_files(names),
                    stamp=stamp,
                    sources=sources.get(k, {}),
                ),
            )
            for k, id, care, names, stamp in rows  # noqa: A001 - the word of the field
        ]

    def _sources(self, numbers: list[int]) -> dict[int, dict[str, FileStamp]]:
        found: dict[int, dict[str, FileStamp]] = {}
        for first, last in _ranges(numbers):
            sql = "select k, path, stamp from source where k between ? and ?"
            for k, path, stamp in self._db.execute(sql, (first, last)):
                found.setdefault(k, {})[text_from_sql(path)] = parse_stamp(stamp)
        return found

    def _read_state(self) -> IndexState:
        db = self._db
        with self._moment():
            sql = "select gen, runs, runs_racy, log, log_inode, log_offset, complete from meta"
            gen, runs, is_racy, log, inode, offset, complete = db.execute(sql).fetchone()
            unsettled = [each for _, each in self._watched(f"{_WATCHED} where care < ?", (int(Care.SETTLED),))]
            folders = [text_from_sql(name) for (name,) in db.execute("select name from folder")]
            (count,) = db.execute("select count(*) from (select 1 from state limit ?)", (self._few + 1,)).fetchone()
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


_SCALARS = "select n, text, prefix from name where kind = 'scalar'"
_WATCHED = (
    "select run.k, id, care, names, stamp from state join run using (k) join watched on watched.w = state.watched"
)


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Return the first and last number of each range; small gaps are included, since a query costs more."""
    first = last = -1
    for number in sorted(numbers):
        if first >= 0 and number - last > _WIDEST_GAP:
            yield first, last
            first = -1
        first, last = number if first < 0 else first, number
    if first >= 0:
        yield first, last


@lru_cache(maxsize=256)
def _files(names: str | bytes) -> tuple[str, ...]:
    text = text_from_sql(names)
    return tuple(text.split("\0")) if text else ()
