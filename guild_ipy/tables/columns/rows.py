"""Some runs in order, with their columns: every frame is made of them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.index.queries.column_table import Field, Table
from guild_ipy.session.session import Session
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import list_run_dirs
from guild_ipy.tables.columns.column_cache import (
    ID,
    KINDS,
    Chooser,
    KeptColumns,
    as_names,
    columns_of,
    read_field,
    remember_names,
)
from guild_ipy.tables.columns.column_values import Array, ColumnValues, make_values
from guild_ipy.tables.columns.deleted_ids import list_deleted
from guild_ipy.tables.columns.dtypes import Column
from guild_ipy.tables.columns.frame_mark import mark_frame
from guild_ipy.tables.columns.run_names import read_names, run_column, short_names
from guild_ipy.tables.columns.runs_of_frame import find_run_dirs

_ATTEMPTS = 3


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Runs in order."""

    names: Array
    """Their names in the column ``run``."""
    known: Mapping[str, Sequence[str]]
    """Names of flags, attributes and scalars by kind; some may be of other runs only."""
    columns: Mapping[Field, ColumnValues] = field(repr=False)
    at: Array | None = field(default=None, repr=False)
    """The rows of the runs in the columns; None for all, in their order."""
    frames: dict[str, pd.DataFrame | None] | None = field(default=None, repr=False)
    """Frames of all runs by name, None for one that was made once and not kept; of some runs none are kept."""
    _taken: dict[Field, ColumnValues] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.names)

    def get(self, wanted: Field) -> ColumnValues:
        """Return one of the columns."""
        if self.at is None:
            return self.columns[wanted]
        if wanted not in self._taken:
            self._taken[wanted] = self.columns[wanted].take(self.at)
        return self._taken[wanted]

    def only(self, places: Array) -> Rows:
        """Return some of the rows."""
        at = places if self.at is None else self.at[places]
        return Rows(names=self.names[places], known=self.known, columns=self.columns, at=at)

    def frame(self, name: str, make: Callable[[], Mapping[str, Column]]) -> pd.DataFrame:
        """Return a frame of these runs that nobody else holds.

        Parameters
        ----------
        name
            The name of the frame; one of all runs is kept under it, until a run changes.
        make
            Makes its columns; their arrays may be those of the rows.
        """
        frame = mark_frame(self._frame(name, make))
        for heading, dtype in frame.dtypes.items():
            if pd.api.types.is_object_dtype(dtype):  # lists are not copied with the array that holds them
                frame[heading] = pd.Series(list(map(copy.deepcopy, frame[heading])), dtype=object)
        return frame

    def _frame(self, name: str, make: Callable[[], Mapping[str, Column]]) -> pd.DataFrame:
        if self.frames is None:
            return pd.DataFrame(make())
        if name not in self.frames:
            self.frames[name] = None  # most are asked for once between two changes: only the second is worth its memory
            return pd.DataFrame(make())
        kept = self.frames[name]
        if kept is None:
            self.frames[name] = kept = pd.DataFrame(make())
        return kept.copy()


def read_rows(session: Session, run_filter: RunFilter, choose: Chooser, *, full: bool = False) -> Rows:
    """Return the runs that pass a filter, newest first.

    Parameters
    ----------
    session, run_filter
        Which runs.
    choose
        Which columns, of all that there are.
    full
        Also see changes by others in place at once.
    """
    for _ in range(0 if run_filter.deleted else _ATTEMPTS):
        kept = columns_of(session.index).now(session, choose, full=full)
        if kept is None:
            break
        if run_filter == EVERY:
            return _all_of(session, kept)
        passing = session.index.table((), run_filter)
        if passing.gen == kept.gen:
            return _some_of(session, kept, kept.rows(passing.numbers))
    return _read_directly(session, run_filter, choose)


def find_rows(session: Session, frame: pd.DataFrame, choose: Chooser) -> Rows:
    """Return the runs of a frame, live or deleted, each once and in its order.

    Raises
    ------
    RunNotFound
        For the first name in its column ``run`` that means no run, or several.
    """
    kept = columns_of(session.index).now(session, choose)
    if kept is not None:
        naming = kept.naming(session, list_deleted(session.home))
        column = run_column(frame)
        if not column.hasnans and column.to_list() == naming.names:
            return _all_of(session, kept)
        names = read_names(frame)
        rows = [naming.row_by_name.get(name, -1) for name in names]
        if -1 not in rows:
            return _some_of(session, kept, np.array(rows, np.intp))
    run_dirs = find_run_dirs(session, read_names(frame))
    if kept is None:
        return _read_one_by_one(session, run_dirs, choose)
    return _from_both(session, kept, run_dirs, choose)


# -- from kept columns


def _all_of(session: Session, kept: KeptColumns) -> Rows:
    naming = kept.naming(session, list_deleted(session.home))
    return Rows(names=naming.array, known=kept.known, columns=kept.columns, frames=naming.frames)


def _some_of(session: Session, kept: KeptColumns, rows: Array) -> Rows:
    names = kept.naming(session, list_deleted(session.home)).array
    return Rows(names=names[rows], known=kept.known, columns=kept.columns, at=rows)


def _from_both(session: Session, kept: KeptColumns, run_dirs: Mapping[str, RunDir], choose: Chooser) -> Rows:
    """Return runs that are named by more or fewer digits, or of which some are deleted or new."""
    rows = {name: _row(session, kept, run_dir) for name, run_dir in run_dirs.items()}
    live = Rows(
        names=as_names([name for name, row in rows.items() if row is not None]),
        known=kept.known,
        columns=kept.columns,
        at=np.array([row for row in rows.values() if row is not None], np.intp),
    )
    if len(live) == len(rows):
        return live
    others = {name: run_dirs[name] for name, row in rows.items() if row is None}
    return _merge(live, _read_one_by_one(session, others, choose), list(run_dirs), choose)


def _row(session: Session, kept: KeptColumns, run_dir: RunDir) -> int | None:
    return kept.row_by_id(session).get(run_dir.id) if run_dir == session.home.run_dir(run_dir.id) else None


def _merge(first: Rows, second: Rows, order: Sequence[str], choose: Chooser) -> Rows:
    known = {kind: sorted({*first.known[kind], *second.known[kind]}) for kind in KINDS}
    columns = {
        each: make_values([*_objects(first, each), *_objects(second, each)]) for each in choose(known.__getitem__)
    }
    place = {name: row for row, name in enumerate([*first.names, *second.names])}
    at = np.array([place[name] for name in order], np.intp)
    return Rows(names=as_names(order), known=known, columns=columns, at=at)


def _objects(rows: Rows, wanted: Field) -> list[object]:
    objects: list[object] = rows.get(wanted).to_objects().tolist() if wanted in rows.columns else [None] * len(rows)
    return objects


# -- from tables that are not kept


def _read_directly(session: Session, run_filter: RunFilter, choose: Chooser) -> Rows:
    known, wanted = remember_names(choose, ID)
    table = session.index.table(wanted, run_filter)
    columns = _read_columns(table)
    ids = columns[ID].to_objects().tolist()
    among = {*list_deleted(session.home), *(each.id for each in list_run_dirs(session.home))}
    return Rows(names=as_names(short_names(ids, among)), known=known, columns=columns)


def _read_one_by_one(session: Session, run_dirs: Mapping[str, RunDir], choose: Chooser) -> Rows:
    known, wanted = remember_names(choose, ID)
    table = session.index.table_of(list(run_dirs.values()), wanted)
    return Rows(names=as_names(list(run_dirs)), known=known, columns=_read_columns(table))


def _read_columns(table: Table) -> dict[Field, ColumnValues]:
    numbers = np.array(table.numbers, np.int64)
    return {each: read_field(each, column, numbers) for each, column in table.columns.items()}
