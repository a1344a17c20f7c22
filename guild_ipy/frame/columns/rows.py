"""Some runs in order, with columns of theirs: what every frame is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.frame.columns.column_cache import (
    ID,
    KINDS,
    Chooser,
    Generation,
    as_names,
    keeper_of,
    read_field,
    remember_names,
)
from guild_ipy.frame.columns.column_values import Array, ColumnValues, make_values
from guild_ipy.frame.columns.deleted_ids import list_deleted
from guild_ipy.frame.columns.run_names import read_names, run_column, short_names
from guild_ipy.frame.columns.runs_of_frame import find_run_dirs
from guild_ipy.index.queries.column_table import Field, Table
from guild_ipy.session.session import Session
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import list_run_dirs

_ATTEMPTS = 3


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Runs in order."""

    names: Array
    """What stands for each in the column ``run``."""
    known: Mapping[str, Sequence[str]]
    """Names of flags, attributes and scalars by kind, also some that none of these runs has."""
    columns: Mapping[Field, ColumnValues] = field(repr=False)
    at: Array | None = field(default=None, repr=False)
    """Where in the columns the runs stand; None: they are all, in their order."""
    made: dict[str, pd.DataFrame | None] | None = field(default=None, repr=False)
    """Where frames of these runs are kept, None for one that was made and not kept; None itself: they are not."""
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


def read_rows(session: Session, run_filter: RunFilter, choose: Chooser, *, full: bool = False) -> Rows:
    """Return the runs that pass a filter, newest first.

    Parameters
    ----------
    session, run_filter
        Which runs.
    choose
        Which columns, of all that there are.
    full
        Also see at once what others have changed in place.
    """
    keeper = keeper_of(session.index)
    if run_filter == EVERY:
        kept = keeper.newest(session, choose, full=full)
        return _read_directly(session, run_filter, choose) if kept is None else _all_of(session, kept)
    for _ in range(0 if run_filter.deleted else _ATTEMPTS):
        passing = session.index.table((), run_filter, full=full)
        kept = keeper.columns(session, passing.gen, choose)
        if kept is None:
            break
        if kept.gen == passing.gen:
            return _some_of(session, kept, kept.rows(passing.numbers))
    return _read_directly(session, run_filter, choose)


def find_rows(session: Session, frame: pd.DataFrame, choose: Chooser) -> Rows:
    """Return the runs of a frame, live or deleted, each once and in its order.

    Raises
    ------
    RunNotFound
        For the first name in its column ``run`` that means no run, or several.
    """
    kept = keeper_of(session.index).newest(session, choose)
    if kept is not None:
        naming = kept.naming(session, list_deleted(session.home))
        if run_column(frame).to_list() == naming.names:
            return _all_of(session, kept)
        names = read_names(frame)
        rows = [naming.row_by_name.get(name, -1) for name in names]
        if -1 not in rows:
            return _some_of(session, kept, np.array(rows, np.intp))
    run_dirs = find_run_dirs(session, read_names(frame))
    if kept is None:
        return _read_one_by_one(session, run_dirs, choose)
    return _from_both(session, kept, run_dirs, choose)


# -- from what is kept


def _all_of(session: Session, kept: Generation) -> Rows:
    naming = kept.naming(session, list_deleted(session.home))
    return Rows(names=naming.array, known=kept.known, columns=kept.columns, made=naming.made)


def _some_of(session: Session, kept: Generation, rows: Array) -> Rows:
    names = kept.naming(session, list_deleted(session.home)).array
    return Rows(names=names[rows], known=kept.known, columns=kept.columns, at=rows)


def _from_both(session: Session, kept: Generation, run_dirs: Mapping[str, RunDir], choose: Chooser) -> Rows:
    """Return runs that are named in other ways, or of which some are deleted or have just come."""
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


def _row(session: Session, kept: Generation, run_dir: RunDir) -> int | None:
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
