"""The runs that a table is about, and what it shows of them, as of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import RunNotFound
from guild_ipy.index.queries.column_table import Field
from guild_ipy.session.session import Session
from guild_ipy.store.run_dir import RunDir
from guild_ipy.tables.columns.column_cache import Chooser, NamesOfKind
from guild_ipy.tables.columns.column_values import Array
from guild_ipy.tables.columns.rows import Rows, read_rows
from guild_ipy.tables.columns.run_names import beginning_of
from guild_ipy.tables.columns.runs_of_frame import find_run_dirs
from guild_ipy.tables.contents.comparison import compare_fields, compare_frame
from guild_ipy.widgets.encoded_columns import EncodedColumn
from guild_ipy.widgets.table_columns import (
    ALWAYS,
    CURVE,
    TableColumn,
    encode_field,
    name_columns,
    stored_fields,
    usual_columns,
)

_NUMBERS = frozenset({"number", "moment", "duration"})

Columns = Sequence[Field] | None
"""The columns of a table; None for the usual ones."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a table shows: of each run its name and columns."""

    gen: int
    """The generation of the index; 0 where there is no index."""
    names: Array
    columns: tuple[TableColumn, ...]
    encoded: Mapping[Field, EncodedColumn]
    """The values of these columns, and of those that are always there."""


@dataclass(frozen=True, kw_only=True)
class TableRuns:
    """Runs of a home: those that pass a filter, or only some of them.

    Attributes
    ----------
    session, filter
        Which home, and which of its live runs.
    names
        Only these runs, by their names in a frame or whole ids, and in this order; None for all.
    """

    session: Session
    filter: RunFilter
    names: tuple[str, ...] | None = None

    def snapshot(self, columns: Columns = None, limit: int | None = None) -> Snapshot:
        """Read what a table shows, the newest run first.

        Parameters
        ----------
        columns
            Which columns.
        limit
            At most so many runs.
        """
        gen = self.generation()
        rows = self._read(columns)
        shown = usual_columns(rows) if columns is None else name_columns(columns, rows.known.__getitem__)
        if limit is not None:
            rows = rows.only(np.arange(min(limit, len(rows))))
        fields = dict.fromkeys([*ALWAYS, *(column.field for column in shown if column.field.part != CURVE)])
        encoded = {field: encode_field(rows, field) for field in fields}
        return Snapshot(gen=gen, names=rows.names, columns=tuple(shown), encoded=encoded)

    def known(self) -> NamesOfKind:
        """Return the names of flags, attributes and scalars by kind."""
        return self._read(()).known.__getitem__

    def generation(self) -> int:
        """Return the number of the last change of a run."""
        return self.session.index.table((), RunFilter(limit=0)).gen

    def narrow(self, where: str) -> RunFilter:
        """Return the filter of the table and an expression beside it; without one the filter alone."""
        both = f"({self.filter.where}) and ({where})" if self.filter.where and where else where or self.filter.where
        return replace(self.filter, where=both)

    def passing(self, where: str) -> list[str]:
        """Return the names of the runs that pass an expression, the newest first; SelectError if it is not valid."""
        rows = read_rows(self.session, self.narrow(where), lambda _: [])
        return self._of_these(rows.names.tolist())

    def run_dirs(self) -> list[RunDir]:
        """Return the directories of the runs, the newest first."""
        return list(find_run_dirs(self.session, self._read(()).names.tolist()).values())

    def frame(self, names: Sequence[str]) -> pd.DataFrame:
        """Return a comparison of some of the runs, in this order; those that are gone since are left out."""
        rows = read_rows(self.session, self.filter, compare_fields(None))
        return compare_frame(rows.only(_places(rows, names)))

    def best(self, names: Sequence[str], field: Field, *, greatest: bool) -> str:
        """Return the name of the run that has the least, or the greatest, number; of equal ones the first.

        Raises
        ------
        RunNotFound
            If none of the runs has a number there.
        """
        rows = self._read([field])
        among = rows.only(_places(rows, names))
        column = encode_field(among, field)
        numbers = column.data if column.form in _NUMBERS else np.full(len(among), np.nan)
        if np.isnan(numbers).all():
            raise RunNotFound(None, f"none of the {len(among)} runs has a number {field.name!r}")
        best: str = among.names[np.nanargmax(numbers) if greatest else np.nanargmin(numbers)]
        return best

    def rows(self, names: Sequence[str], choose: Chooser) -> Rows:
        """Return some of the runs, in this order, with columns of the index; those that are gone are left out."""
        rows = read_rows(self.session, self.filter, choose)
        return rows.only(_places(rows, names))

    def whole_frame(self) -> pd.DataFrame:
        """Return a comparison of all of the runs."""
        return compare_frame(self._read(None))

    def marked(self) -> pd.DataFrame:
        """Return a comparison of those that are marked."""
        marked = read_rows(self.session, replace(self.filter, marked=True), lambda _: [])
        return self.frame(self._of_these(marked.names.tolist()))

    def _of_these(self, names: list[str]) -> list[str]:
        if self.names is None:
            return names
        among = _by_beginning(self.names)
        return [name for name in names if _same_run(name, among.get(beginning_of(name), ())) is not None]

    def _read(self, columns: Columns) -> Rows:
        if columns is None:
            choose = compare_fields(None)
            rows = read_rows(self.session, self.filter, lambda names: [*choose(names), *stored_fields(ALWAYS)])
        else:
            fields = stored_fields([*ALWAYS, *columns])
            rows = read_rows(self.session, self.filter, lambda _: fields)
        return rows if self.names is None else rows.only(_places(rows, self.names))


def _places(rows: Rows, names: Sequence[str]) -> Array:
    """Return the rows of runs that are named as in a frame, or by their whole ids; those that are gone are left out."""
    place = {name: row for row, name in enumerate(rows.names)}
    among = _by_beginning(place)
    found = []
    for name in names:
        shown = name if name in place else _same_run(name, among.get(beginning_of(name), ()))
        if shown is not None:
            found.append(place[shown])
    return np.array(found, np.intp)


def _by_beginning(names: Iterable[str]) -> dict[str, list[str]]:
    """Return names by the digits with which two runs rarely begin."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(beginning_of(name), []).append(name)
    return found


def _same_run(name: str, others: Sequence[str]) -> str | None:
    """Return the one of some names that means the same run, by more or fewer digits."""
    return next((other for other in others if other.startswith(name) or name.startswith(other)), None)
