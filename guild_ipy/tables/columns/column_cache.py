"""The columns of all runs of a home, kept from one call to the next for as long as no run changes.

The arrays are kept in the order of a listing. A frame is made of parts or copies of them, so that a change to a frame
cannot be seen in the next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TypeAlias

import numpy as np
import pandas as pd

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import SelectError, UsageError
from guild_ipy.index.index import Index
from guild_ipy.index.queries.column_table import Field, Table, TableColumn
from guild_ipy.session.session import Session
from guild_ipy.tables.columns.column_values import Array, ColumnValues, read_values
from guild_ipy.tables.columns.run_names import beginning_of, short_names

NamesOfKind: TypeAlias = Callable[[str], Sequence[str]]
"""Returns the names of a kind: ``flag``, ``attr`` or ``scalar``."""
Chooser: TypeAlias = Callable[[NamesOfKind], Iterable[Field]]
"""Chooses columns."""

ID = Field("run", "id")
KINDS = ("flag", "attr", "scalar")
_BEGINNING = Field("run", "beginning")
_NOTHING = RunFilter(limit=0)
_LABEL = Field("run", "label")
#: Columns that are shown as categories.
_WORDS = frozenset({Field("run", "operation"), Field("run", "status")})


class RunNames:
    """The names of runs in a frame, as a list, an array, and with their rows; and the frames made with them."""

    def __init__(self, names: list[str], deleted: frozenset[str]) -> None:
        self.names = names
        self.deleted = deleted
        self.frames: dict[str, pd.DataFrame | None] = {}
        """See :class:`guild_ipy.tables.columns.rows.Rows`."""

    @cached_property
    def array(self) -> Array:
        """The names as a column."""
        return as_names(self.names)

    @cached_property
    def row_by_name(self) -> Mapping[str, int]:
        """The rows of the runs by name."""
        return {name: row for row, name in enumerate(self.names)}


class KeptColumns:
    """Columns of all live runs, newest first, as of one generation of the index.

    Attributes
    ----------
    gen, numbers
        Which generation; the numbers of the runs in the index.
    known
        The names that there are, by kind.
    columns
        The columns that have been asked for so far.
    """

    def __init__(self, table: Table, known: Mapping[str, Sequence[str]]) -> None:
        self.gen = table.gen
        self.numbers: Array = np.array(table.numbers, np.int64)
        self.known = known
        self.columns: dict[Field, ColumnValues] = {}
        self._beginnings = self._read_texts(table.columns.pop(_BEGINNING))
        self.add(table)
        self._ids: list[str] | None = None
        self._row_by_id: dict[str, int] | None = None
        self._naming: RunNames | None = None

    def add(self, table: Table) -> None:
        """Add columns of the same generation, and take them out of the table to free their memory."""
        while table.columns:
            field, column = table.columns.popitem()
            self.columns[field] = read_field(field, column, self.numbers)

    def rows(self, numbers: Sequence[int]) -> Array:
        """Return the rows of runs by their numbers."""
        return self._row_of[np.array(numbers, np.int64)]

    def ids(self, session: Session) -> list[str]:
        """Return the ids of the runs, read on first use; "" for one that is gone since."""
        if self._ids is None:
            table = session.index.table((ID,), _NOTHING)
            found = self._read_texts(table.columns[ID])
            # the number of one that is gone may by now be that of another
            pairs = zip(found, self._beginnings, strict=True)
            self._ids = [each if each and each.startswith(beginning) else "" for each, beginning in pairs]
        return self._ids

    def row_by_id(self, session: Session) -> Mapping[str, int]:
        """Return the rows by whole ids."""
        if self._row_by_id is None:
            self._row_by_id = {each: row for row, each in enumerate(self.ids(session))}
        return self._row_by_id

    def naming(self, session: Session, deleted: frozenset[str]) -> RunNames:
        """Return the names of the runs; none of them is the name of a deleted run."""
        if self._naming is None or self._naming.deleted != deleted:
            self._naming = RunNames(self._names(session, deleted), deleted)
        return self._naming

    def _names(self, session: Session, deleted: frozenset[str]) -> list[str]:
        """Name runs by the beginnings of their ids; by longer ones where two runs have the same."""
        beginnings = self._beginnings
        others = {beginning_of(each) for each in deleted}
        if len(others.union(beginnings)) == len(others) + len(beginnings):
            return beginnings
        return short_names(
            [whole or known for whole, known in zip(self.ids(session), beginnings, strict=True)], deleted
        )

    def _read_texts(self, column: TableColumn) -> list[str]:
        texts: list[str] = read_values(column, self.numbers).to_objects().tolist()
        return texts

    @cached_property
    def _row_of(self) -> Array:
        rows = np.full(int(self.numbers.max(initial=-1)) + 1, -1)
        rows[self.numbers] = np.arange(len(self.numbers))
        return rows


def read_field(field: Field, column: TableColumn, numbers: Array) -> ColumnValues:
    """Read a column in the form that is quickest to make a frame of; an empty label counts as none."""
    values = read_values(column, numbers)
    if field in _WORDS:
        return values
    return values.as_text().without("") if field == _LABEL else values.as_text()


def as_names(names: Sequence[str]) -> Array:
    """Return names of runs as a column."""
    return pd.arrays.StringArray(np.array(names, dtype=object))


class ColumnCache:
    """The columns that were asked for, as of the newest generation of the index."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._kept: KeptColumns | None = None

    def now(self, session: Session, choose: Chooser, *, full: bool = False) -> KeptColumns | None:
        """Return columns of all live runs as they are now; None where there is no index."""
        with self._mutex:
            kept = self._kept
            if kept is None:
                self._kept = _read(session, choose, full=full)
            elif not _complete(session, kept, choose, full=full):
                self._kept = _read(session, choose)
            return self._kept


@lru_cache(maxsize=1)
def columns_of(index: Index) -> ColumnCache:  # noqa: ARG001 - the key of the cache
    """Return the cache of the columns of an index; the cache of another index is given up."""
    return ColumnCache()


def remember_names(
    choose: Chooser, always: Field
) -> tuple[dict[str, Sequence[str]], Callable[[NamesOfKind], Iterable[Field]]]:
    """Return a map, and the argument for a table that fills the map with the names of each kind."""
    known: dict[str, Sequence[str]] = {}

    def wanted(names: NamesOfKind) -> set[Field]:
        known.update((kind, tuple(names(kind))) for kind in KINDS)
        return {always, *choose(known.__getitem__)}

    return known, wanted


def _read(session: Session, choose: Chooser, *, full: bool = False) -> KeptColumns | None:
    known, wanted = remember_names(choose, _BEGINNING)
    table = session.index.table(wanted, full=full)
    return KeptColumns(table, known) if table.gen else None


def _missing(kept: KeptColumns, choose: Chooser) -> set[Field]:
    return set(choose(kept.known.__getitem__)) - kept.columns.keys()


def _complete(session: Session, kept: KeptColumns, choose: Chooser, *, full: bool = False) -> bool:
    """Add the columns that are missing; False if runs have changed."""
    try:
        missing = _missing(kept, choose)
    except (SelectError, UsageError):  # a name that was not known, and may be now
        return False
    table = session.index.table(missing, _NOTHING, full=full)  # the numbers of the runs are known
    if table.gen != kept.gen:
        return False
    kept.add(table)
    return True
